import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { AuthSession } from './auth-session.entity.js';

/** One link in a session's chain of refresh tokens. Used links stay, so that their reuse is noticed. */
@Entity('refresh_tokens')
@Index('ix_refresh_tokens_session_id', ['sessionId'])
export class RefreshToken {
  /** SHA-256 of the token in hex: whoever reads this table can use none of them. */
  @PrimaryColumn('char', { length: 64, primaryKeyConstraintName: 'pk_refresh_tokens' })
  tokenHash!: string;

  @Column('uuid')
  sessionId!: string;

  @ManyToOne(() => AuthSession, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'session_id', foreignKeyConstraintName: 'fk_refresh_tokens_session' })
  session?: AuthSession;

  @Column('timestamptz')
  createdAt!: Date;

  @Column('timestamptz')
  expiresAt!: Date;

  @Column('timestamptz', { nullable: true })
  usedAt!: Date | null;
}
