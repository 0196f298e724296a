import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A version of the product that a group was seen in. */
@Entity('error_group_releases')
export class ErrorGroupRelease {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_error_group_releases' })
  groupId!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_error_group_releases' })
  release!: string;

  @Column('timestamptz')
  firstSeenAt!: Date;

  @Column('timestamptz')
  lastSeenAt!: Date;

  /** Bigint, as text. */
  @Column('bigint')
  count!: string;
}
