import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ErrorLevel } from '../../platform/errors/index.js';

/**
 * `unresolved`: somebody should look; `resolved`: said to be mended; `ignored`: until a time or a count; `regressed`: it was
 * resolved and came back.
 */
export const ERROR_GROUP_STATES = ['unresolved', 'resolved', 'ignored', 'regressed'] as const;

export type ErrorGroupState = (typeof ERROR_GROUP_STATES)[number];

/** Errors that are one problem: the same fingerprint. Its id is derived from the fingerprint, so no database is needed to know it. */
@Entity('error_groups')
@Check('ck_error_groups_state', `state IN ('unresolved', 'resolved', 'ignored', 'regressed')`)
@Check('ck_error_groups_resolved', `state <> 'resolved' OR resolved_at IS NOT NULL`)
@Index('ix_error_groups_last_seen', ['lastSeenAt', 'id'])
@Index('ix_error_groups_ignored', ['id'], { where: `state = 'ignored'` })
@Index('ix_error_groups_regressed', ['id'], { where: `state = 'regressed'` })
export class ErrorGroup {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_error_groups' })
  id!: string;

  @Column('text')
  fingerprint!: string;

  /** Version of the rules the fingerprint was made by. */
  @Column('integer')
  fingerprintVersion!: number;

  @Column('text')
  code!: string;

  @Column('text')
  errorClass!: string;

  @Column('text', { nullable: true })
  service!: string | null;

  @Column('text', { nullable: true })
  operation!: string | null;

  /** The message with its variable parts replaced. */
  @Column('text')
  title!: string;

  @Column('text')
  level!: ErrorLevel;

  @Column('text')
  state!: ErrorGroupState;

  /** End of being ignored; null while it has none of this kind. */
  @Column('timestamptz', { nullable: true })
  ignoreUntil!: Date | null;

  /** Total count at which being ignored ends; bigint, as text. */
  @Column('bigint', { nullable: true })
  ignoreUntilCount!: string | null;

  @Column('timestamptz')
  firstSeenAt!: Date;

  @Column('timestamptz')
  lastSeenAt!: Date;

  /** All errors ever; bigint, as text. */
  @Column('bigint')
  count!: string;

  /** Different users who met it, counted up to a bound. */
  @Column('integer', { default: 0 })
  usersAffected!: number;

  @Column('text')
  firstRelease!: string;

  @Column('text')
  lastRelease!: string;

  @Column('timestamptz', { nullable: true })
  resolvedAt!: Date | null;

  /** When it last came back after it had been resolved. */
  @Column('timestamptz', { nullable: true })
  regressedAt!: Date | null;

  @Column('timestamptz')
  updatedAt!: Date;
}
