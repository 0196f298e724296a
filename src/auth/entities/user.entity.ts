import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** A customer. The address is stored normalised (NFC, lower case) and unique in that form. */
@Entity('users')
@Unique('uq_users_email', ['email'])
export class User {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_users' })
  id!: string;

  @Column('varchar', { length: 254 })
  email!: string;

  /** When the current address was proven to be the user's; null after every change of address. */
  @Column('timestamptz', { nullable: true })
  emailVerifiedAt!: Date | null;

  /** Argon2id in PHC string format, with its own salt and parameters. */
  @Column('text')
  passwordHash!: string;

  /** Set by an operator: the user can neither log in nor use a session. */
  @Column('timestamptz', { nullable: true })
  disabledAt!: Date | null;

  @Column('timestamptz')
  createdAt!: Date;

  @Column('timestamptz')
  updatedAt!: Date;
}
