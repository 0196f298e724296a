import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * What a step is: the line of the request, a log line, or what a policy did for it: an attempt at a dependency, a retry and why there
 * was none, a refusal, a fallback.
 */
export type RequestStepKind = 'request' | 'log' | 'attempt' | 'retry' | 'retry_denied' | 'reject' | 'fallback';

/** Something that happened on behalf of one request, in it or in a job that it started. */
@Entity('request_steps')
@Index('ix_request_steps_request_id', ['requestId', 'at'])
@Index('ix_request_steps_at', ['at'])
export class RequestStep {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_request_steps' })
  id!: string;

  @Column('text')
  requestId!: string;

  @Column('timestamptz')
  at!: Date;

  @Column('text')
  kind!: RequestStepKind;

  /** The job of the queue it happened in; null in the request itself. */
  @Column('text', { nullable: true })
  queueJobId!: string | null;

  @Column('text')
  instance!: string;

  /** As it goes out: snake_case, durations in milliseconds. */
  @Column('jsonb')
  facts!: Readonly<Record<string, unknown>>;
}
