import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { User } from './user.entity.js';

/** Why a session ended before its time. */
export type RevocationReason = 'logout' | 'token_reuse' | 'password_reset' | 'password_changed';

/** One login: the family of all refresh tokens that descend from it, and what access tokens name as `sid`. */
@Entity('auth_sessions')
@Index('ix_auth_sessions_user_id', ['userId'])
@Index('ix_auth_sessions_expires_at', ['expiresAt'])
export class AuthSession {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_auth_sessions' })
  id!: string;

  @Column('uuid')
  userId!: string;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'fk_auth_sessions_user' })
  user?: User;

  @Column('timestamptz')
  createdAt!: Date;

  /** When the youngest refresh token of the family expires. */
  @Column('timestamptz')
  expiresAt!: Date;

  @Column('timestamptz', { nullable: true })
  revokedAt!: Date | null;

  @Column('varchar', { length: 32, nullable: true })
  revokedReason!: RevocationReason | null;
}
