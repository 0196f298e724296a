import { Entity, PrimaryColumn } from 'typeorm';

/** That a user met a group's errors. Whoever it is stays a digest: the table only counts. */
@Entity('error_group_users')
export class ErrorGroupUser {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_error_group_users' })
  groupId!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_error_group_users' })
  userHash!: string;
}
