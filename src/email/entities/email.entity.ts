import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { MailTemplate } from '../templates/mail-data.js';

/** `pending` is not (known to be) accepted by SendGrid yet; `sent` is; `dead` never will be, and says why. */
export type EmailStatus = 'pending' | 'sent' | 'dead';

/** One mail of the outbox, written in the transaction of the fact that it reports. */
@Entity({ name: 'emails' })
@Check('emails_status_check', `status IN ('pending', 'sent', 'dead')`)
@Index('emails_dedupe_key_key', ['dedupeKey'], { unique: true })
@Index('emails_pending_address_idx', ['toAddress', 'createdAt', 'id'], { where: `status = 'pending'` })
@Index('emails_request_id_idx', ['requestId'], { where: 'request_id IS NOT NULL' })
@Index('emails_status_created_idx', ['status', 'createdAt'])
@Index('emails_dead_idx', ['updatedAt'], { where: `status = 'dead'` })
export class Email {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'emails_pkey' })
  id!: string;

  @Column({ type: 'uuid', nullable: true })
  userId!: string | null;

  @Column({ type: 'text' })
  toAddress!: string;

  @Column({ type: 'text' })
  template!: MailTemplate;

  /** What the template needs; emptied once the mail is sent, because links in it are keys. */
  @Column({ type: 'jsonb' })
  data!: Readonly<Record<string, unknown>>;

  @Column({ type: 'text' })
  dedupeKey!: string;

  @Column({ type: 'text' })
  status!: EmailStatus;

  @Column({ type: 'integer', default: 0 })
  attempts!: number;

  @Column({ type: 'timestamptz' })
  nextAttemptAt!: Date;

  /** Who is sending it now (a random id for each try), and until when that claim holds. */
  @Column({ type: 'uuid', nullable: true })
  claimId!: string | null;

  @Column({ type: 'timestamptz', nullable: true })
  claimedUntil!: Date | null;

  /** True from before a request to SendGrid goes out until its outcome is known: such a mail may have been accepted. */
  @Column({ type: 'boolean', default: false })
  uncertain!: boolean;

  @Column({ type: 'text', nullable: true })
  lastErrorCode!: string | null;

  /** SendGrid's id of the accepted message. */
  @Column({ type: 'text', nullable: true })
  providerMessageId!: string | null;

  @Column({ type: 'timestamptz' })
  createdAt!: Date;

  @Column({ type: 'timestamptz' })
  updatedAt!: Date;

  @Column({ type: 'timestamptz', nullable: true })
  sentAt!: Date | null;

  /** When an operator last let it live again. */
  @Column({ type: 'timestamptz', nullable: true })
  resentAt!: Date | null;

  /** The request that led to it, also by way of a job; null where none did. */
  @Column('text', { nullable: true })
  requestId!: string | null;
}
