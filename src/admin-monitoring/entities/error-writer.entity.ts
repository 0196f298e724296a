import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * One run of a process that writes counters. Its batches are numbered; `lastBatch` changes in the transaction of the batch, so one
 * whose COMMIT was never answered is known when it comes again.
 */
@Entity('error_writers')
@Index('ix_error_writers_updated_at', ['updatedAt'])
export class ErrorWriter {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_error_writers' })
  id!: string;

  @Column('text')
  instance!: string;

  /** Bigint, as text. */
  @Column('bigint')
  lastBatch!: string;

  /** Sample events that found no room; bigint, as text. */
  @Column('bigint', { default: 0 })
  droppedEvents!: string;

  /** Errors that could not even be counted; bigint, as text. */
  @Column('bigint', { default: 0 })
  droppedErrors!: string;

  @Column('timestamptz')
  updatedAt!: Date;
}
