import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * What an event did: `applied` to a payment, `ignored` because it changed nothing or is of a kind we do not handle,
 * `unmatched` because its payment is not known (yet), `refused` because it contradicts our row.
 */
export type StripeEventOutcome = 'applied' | 'ignored' | 'unmatched' | 'refused';

/** A webhook event that was processed, written in the transaction of its effect: the same event never acts twice. */
@Entity({ name: 'stripe_events' })
@Index('stripe_events_received_idx', ['receivedAt'])
@Index('stripe_events_unmatched_idx', ['paymentIntentId'], { where: `outcome = 'unmatched'` })
export class StripeEvent {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'stripe_events_pkey' })
  id!: string;

  @Column({ type: 'text' })
  type!: string;

  @Column({ type: 'uuid', nullable: true })
  paymentId!: string | null;

  @Column({ type: 'text', nullable: true })
  paymentIntentId!: string | null;

  /** What a refund event says was given back so far, in cents. */
  @Column({ type: 'integer', nullable: true })
  refundedCents!: number | null;

  @Column({ type: 'text' })
  outcome!: StripeEventOutcome;

  @Column({ type: 'timestamptz' })
  occurredAt!: Date;

  @Column({ type: 'timestamptz' })
  receivedAt!: Date;
}
