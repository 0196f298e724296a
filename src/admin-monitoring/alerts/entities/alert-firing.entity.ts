import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Why a firing ended: the measure went back, or somebody switched the rule off or deleted it. */
export type FiringEnd = 'recovered' | 'rule_disabled' | 'rule_deleted';

/**
 * That a rule fired, from when to when. Rows without an end are what fires now: the partial unique index lets one process of all
 * write such a row, and the notification goes into the queue in the same transaction.
 */
@Entity('alert_firings')
@Check('ck_alert_firings_end', `(resolved_at IS NULL) = (ended_by IS NULL)`)
@Index('uq_alert_firings_open', ['ruleId', 'subject'], { unique: true, where: 'resolved_at IS NULL' })
@Index('ix_alert_firings_rule', ['ruleId', 'firedAt', 'id'])
@Index('ix_alert_firings_fired', ['firedAt', 'id'])
export class AlertFiring {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_alert_firings' })
  id!: string;

  /** No foreign key: the history outlives the rule. */
  @Column('uuid')
  ruleId!: string;

  @Column('text')
  ruleName!: string;

  /** What of the rule fires, e.g. a service for circuits; empty where a rule has one subject only. */
  @Column('text')
  subject!: string;

  /** What was measured when it fired, in the unit of the rule's kind. */
  @Column('double precision')
  value!: number;

  @Column('double precision')
  threshold!: number;

  @Column('timestamptz')
  firedAt!: Date;

  /** When the notification was given to the queue; null while the cooldown holds it back. */
  @Column('timestamptz', { nullable: true })
  notifiedAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  resolvedAt!: Date | null;

  @Column('text', { nullable: true })
  endedBy!: FiringEnd | null;
}
