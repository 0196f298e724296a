import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * Failed password checks of one address in the current window. Keyed by a hash of the address, whether or not
 * somebody is registered under it, so that a lock-out tells nobody who is a customer.
 */
@Entity('login_throttles')
@Index('ix_login_throttles_window_ends_at', ['windowEndsAt'])
export class LoginThrottle {
  /** SHA-256 of the normalised address in hex. */
  @PrimaryColumn('char', { length: 64, primaryKeyConstraintName: 'pk_login_throttles' })
  emailHash!: string;

  @Column('integer')
  failures!: number;

  @Column('timestamptz')
  windowEndsAt!: Date;
}
