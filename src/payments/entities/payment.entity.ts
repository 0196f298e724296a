import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { User } from '../../auth/index.js';
import type { PaymentStatus } from '../payment-status.js';
import type { TierId } from '../tiers.js';

/** One purchase of one tier, from before Stripe is asked for its checkout session until the credit is used or gone. */
@Entity({ name: 'payments' })
@Check('payments_status_check', `status IN ('pending', 'completed', 'consumed', 'failed', 'expired', 'refunded')`)
@Check('payments_consumed_by_job_check', `status <> 'consumed' OR job_id IS NOT NULL`)
@Index('payments_user_created_idx', ['userId', 'createdAt'])
@Index('payments_user_idempotency_key_key', ['userId', 'idempotencyKey'], { unique: true })
@Index('payments_stripe_session_key', ['stripeSessionId'], { unique: true })
@Index('payments_stripe_payment_intent_idx', ['stripePaymentIntentId'])
@Index('payments_check_at_idx', ['checkAt'], { where: 'check_at IS NOT NULL' })
@Index('payments_reconciled_at_idx', ['reconciledAt'], { where: 'reconciled_at IS NOT NULL' })
export class Payment {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'payments_pkey' })
  id!: string;

  @Column({ type: 'uuid' })
  @ForeignKey(() => User, 'id', { name: 'payments_user_fkey' })
  userId!: string;

  @Column({ type: 'text' })
  tier!: TierId;

  @Column({ type: 'integer' })
  amountCents!: number;

  @Column({ type: 'text' })
  currency!: string;

  @Column({ type: 'text' })
  status!: PaymentStatus;

  /** Why the payment failed, in Stripe's words (a decline code) or ours. */
  @Column({ type: 'text', nullable: true })
  failureCode!: string | null;

  /** Address that the checkout page is prefilled with; part of what Stripe's idempotency key covers, so kept as sent. */
  @Column({ type: 'text' })
  customerEmail!: string;

  @Column({ type: 'text' })
  successUrl!: string;

  @Column({ type: 'text' })
  cancelUrl!: string;

  /** The caller's `Idempotency-Key`; given up when the creation fails for good, so that it can be used again. */
  @Column({ type: 'text', nullable: true })
  idempotencyKey!: string | null;

  @Column({ type: 'text', nullable: true })
  stripeSessionId!: string | null;

  @Column({ type: 'text', nullable: true })
  sessionUrl!: string | null;

  @Column({ type: 'text', nullable: true })
  stripePaymentIntentId!: string | null;

  /** The session's own state as last heard: `open`, `complete` or `expired`. */
  @Column({ type: 'text', nullable: true })
  stripeStatus!: string | null;

  @Column({ type: 'integer', default: 0 })
  refundedCents!: number;

  /** The job that took the credit. */
  @Column({ type: 'uuid', nullable: true })
  jobId!: string | null;

  /** When Stripe is to be asked next; null once nothing can change without a webhook. */
  @Column({ type: 'timestamptz', nullable: true })
  checkAt!: Date | null;

  @Column({ type: 'timestamptz' })
  createdAt!: Date;

  @Column({ type: 'timestamptz' })
  updatedAt!: Date;

  @Column({ type: 'timestamptz', nullable: true })
  completedAt!: Date | null;

  /** When the reconciliation found it paid, as no webhook had said so. */
  @Column({ type: 'timestamptz', nullable: true })
  reconciledAt!: Date | null;

  @Column({ type: 'timestamptz', nullable: true })
  consumedAt!: Date | null;

  @Column({ type: 'timestamptz', nullable: true })
  refundedAt!: Date | null;
}
