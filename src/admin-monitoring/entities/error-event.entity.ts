import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ErrorLevel } from '../../platform/errors/index.js';

/** One link of a chain of causes, outermost first; redacted and bounded. */
export interface ChainLink {
  readonly error_class: string;
  readonly message: string;
  readonly stack: string | null;
}

/** A log line of the same request or job, written before its error. */
export interface Breadcrumb {
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly level: string;
  readonly message: string;
}

/** One error as it happened: a sample. Counters are exact, events are kept at most 50 per group and minute and process. */
@Entity('error_events')
@Index('ix_error_events_occurred', ['occurredAt', 'id'])
@Index('ix_error_events_level', ['level', 'occurredAt', 'id'])
@Index('ix_error_events_code', ['code', 'occurredAt', 'id'])
@Index('ix_error_events_service', ['service', 'occurredAt', 'id'])
@Index('ix_error_events_group_id', ['groupId', 'occurredAt', 'id'])
@Index('ix_error_events_request_id', ['requestId'])
export class ErrorEvent {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_error_events' })
  id!: string;

  @Column('uuid')
  groupId!: string;

  @Column('timestamptz')
  occurredAt!: Date;

  @Column('text')
  level!: ErrorLevel;

  @Column('text')
  code!: string;

  @Column('text')
  message!: string;

  @Column('integer', { nullable: true })
  status!: number | null;

  @Column('text', { nullable: true })
  service!: string | null;

  @Column('text', { nullable: true })
  operation!: string | null;

  @Column('text', { nullable: true })
  endpoint!: string | null;

  @Column('text', { nullable: true })
  requestId!: string | null;

  @Column('uuid', { nullable: true })
  userId!: string | null;

  @Column('uuid', { nullable: true })
  jobId!: string | null;

  @Column('text', { nullable: true })
  queueJobId!: string | null;

  @Column('text')
  instance!: string;

  @Column('text')
  release!: string;

  @Column('jsonb')
  chain!: readonly ChainLink[];

  @Column('jsonb')
  breadcrumb!: readonly Breadcrumb[];
}
