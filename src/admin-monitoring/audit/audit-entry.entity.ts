import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { AuditAction } from './audit-actions.js';

/** One change by an administrator, written in the transaction of the change. Rows are never changed or removed. */
@Entity({ name: 'audit_entries' })
@Index('ix_audit_entries_occurred', ['occurredAt', 'id'])
@Index('ix_audit_entries_actor', ['actorEmail', 'occurredAt', 'id'])
@Index('ix_audit_entries_target', ['target', 'occurredAt', 'id'])
@Index('ix_audit_entries_request', ['requestId'])
export class AuditEntry {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_audit_entries' })
  readonly id!: string;

  @Column('timestamptz')
  readonly occurredAt!: Date;

  @Column('uuid')
  readonly actorId!: string;

  /** The address at the time; the user may have another one now, or be gone. */
  @Column('text')
  readonly actorEmail!: string;

  @Column('text')
  readonly ip!: string;

  @Column('text')
  readonly requestId!: string;

  @Column('text')
  readonly action!: AuditAction;

  /** What was changed: the name of a service, the id of a job, a rule or a mail; null where it is the product as a whole. */
  @Column('text', { nullable: true })
  readonly target!: string | null;

  /** In the administrator's own words, redacted. */
  @Column('text', { nullable: true })
  readonly reason!: string | null;

  /** What else belongs to it, redacted; its keys are those of the wire. */
  @Column('jsonb')
  readonly details!: object;
}
