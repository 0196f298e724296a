import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { AlertMessage } from '../notify/alert-message.js';
import type { NotificationMethod } from './alert-rule.entity.js';

/** `delivered`: written, in the outbox, or taken by the receiver; `failed`: never will be, and says why. */
export type NotificationStatus = 'pending' | 'delivered' | 'failed';

/** One notification, written in the transaction of what it tells. */
@Entity('alert_notifications')
@Check('ck_alert_notifications_status', `status IN ('pending', 'delivered', 'failed')`)
@Index('ix_alert_notifications_firing', ['firingId'])
@Index('ix_alert_notifications_created', ['createdAt'])
export class AlertNotification {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_alert_notifications' })
  id!: string;

  @Column('uuid')
  ruleId!: string;

  /** Null for a test. */
  @Column('uuid', { nullable: true })
  firingId!: string | null;

  @Column('text')
  method!: NotificationMethod;

  /** What it says; redacted. */
  @Column('jsonb')
  message!: AlertMessage;

  @Column('text')
  status!: NotificationStatus;

  @Column('integer', { default: 0 })
  attempts!: number;

  @Column('text', { nullable: true })
  lastErrorCode!: string | null;

  @Column('timestamptz')
  createdAt!: Date;

  @Column('timestamptz', { nullable: true })
  settledAt!: Date | null;
}
