import { Inject, Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../platform/database/index.js';
import { ConflictError, TokenError } from '../platform/errors/index.js';
import { CLOCK, type Clock, newId } from '../platform/time/index.js';
import { AccountMails } from './account-mails.js';
import { User } from './entities/user.entity.js';
import { LINK_INVALID, MailedTokens } from './mailed-tokens.js';
import { Passwords } from './passwords.js';
import { UserDirectory } from './user-directory.js';

/** Verification links that may be live at once: a bound on mail to an address that may not be the user's. */
const MAX_LIVE_LINKS = 5;

/** Takes new users in and lets them prove that their address is theirs. */
@Injectable()
export class RegistrationService {
  private readonly logger = new Logger(RegistrationService.name);

  constructor(
    private readonly database: Database,
    private readonly directory: UserDirectory,
    private readonly passwords: Passwords,
    private readonly mails: AccountMails,
    private readonly mailedTokens: MailedTokens,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Creates a user and mails a verification link.
   *
   * @param email normalised
   * @throws ConflictError `EMAIL_ALREADY_REGISTERED`
   */
  async register(email: string, password: string): Promise<User> {
    // Spares the hashing; the unique constraint below decides between two registrations at once.
    if ((await this.directory.findByEmail(email)) !== null) throw new ConflictError('EMAIL_ALREADY_REGISTERED');
    const passwordHash = await this.passwords.hash(password);
    const user = await this.database.transaction(async (manager) => {
      const created = await this.insert(manager, email, passwordHash, null);
      if (created === null) throw new ConflictError('EMAIL_ALREADY_REGISTERED');
      await this.mails.verificationLink(manager, created);
      return created;
    });
    this.logger.log({ msg: 'A user registered', user_id: user.id });
    return user;
  }

  /** Creates a user whose address needs no proof, unless the address is taken. */
  async createVerified(email: string, password: string): Promise<User | null> {
    if ((await this.directory.findByEmail(email)) !== null) return null;
    const passwordHash = await this.passwords.hash(password);
    return this.insert(this.database.manager, email, passwordHash, this.clock.now());
  }

  /**
   * Marks the address verified that the token was mailed to.
   *
   * @throws TokenError for a token that is unknown, used, expired, or was mailed to an address since changed
   */
  async verifyEmail(token: string): Promise<User> {
    return this.database.transaction(async (manager) => {
      const redeemed = await this.mailedTokens.redeem(manager, token, 'verify_email');
      const user = await manager.findOneByOrFail(User, { id: redeemed.userId });
      if (user.email !== redeemed.email) throw new TokenError('INVALID_TOKEN', LINK_INVALID);
      const now = this.clock.now();
      await manager.update(User, { id: user.id }, { emailVerifiedAt: now, updatedAt: now });
      return Object.assign(user, { emailVerifiedAt: now });
    });
  }

  /** Mails another verification link, unless enough of them are on their way or the address is verified. */
  async resendVerification(userId: string): Promise<void> {
    await this.database.transaction(async (manager) => {
      const user = await manager.findOneByOrFail(User, { id: userId });
      if (user.emailVerifiedAt !== null) return;
      if ((await this.mailedTokens.countLive(manager, userId, 'verify_email')) >= MAX_LIVE_LINKS) return;
      await this.mails.verificationLink(manager, user);
    });
  }

  private async insert(
    manager: EntityManager,
    email: string,
    passwordHash: string,
    emailVerifiedAt: Date | null,
  ): Promise<User | null> {
    const now = this.clock.now();
    const user: User = {
      id: newId(),
      email,
      emailVerifiedAt,
      passwordHash,
      disabledAt: null,
      createdAt: now,
      updatedAt: now,
    };
    const result = await manager
      .createQueryBuilder()
      .insert()
      .into(User)
      .values(user)
      .orIgnore()
      .returning('id')
      .execute();
    const rows: unknown = result.raw;
    return Array.isArray(rows) && rows.length === 1 ? user : null;
  }
}
