import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { User } from './user.entity.js';

export type MailedTokenPurpose = 'verify_email' | 'password_reset';

/** A one-time token that went out in a link. */
@Entity('mailed_tokens')
@Index('ix_mailed_tokens_user_id', ['userId'])
@Index('ix_mailed_tokens_expires_at', ['expiresAt'])
export class MailedToken {
  /** SHA-256 of the token in hex. */
  @PrimaryColumn('char', { length: 64, primaryKeyConstraintName: 'pk_mailed_tokens' })
  tokenHash!: string;

  @Column('uuid')
  userId!: string;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'fk_mailed_tokens_user' })
  user?: User;

  @Column('varchar', { length: 32 })
  purpose!: MailedTokenPurpose;

  /** The address it was sent to, which is all that its possession proves. */
  @Column('varchar', { length: 254 })
  email!: string;

  @Column('timestamptz')
  createdAt!: Date;

  @Column('timestamptz')
  expiresAt!: Date;

  @Column('timestamptz', { nullable: true })
  usedAt!: Date | null;
}
