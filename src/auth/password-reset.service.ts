import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../platform/database/index.js';
import { TokenError } from '../platform/errors/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { AccountMails } from './account-mails.js';
import { User } from './entities/user.entity.js';
import { LINK_INVALID, MailedTokens } from './mailed-tokens.js';
import { PasswordAftermath } from './password-aftermath.js';
import { Passwords } from './passwords.js';

/** Reset links that may be live at once: a bound on how much mail a stranger can send somebody in an hour. */
const MAX_LIVE_LINKS = 3;

/** Lets a user who has lost the password set a new one through a mailed link. */
@Injectable()
export class PasswordResetService {
  constructor(
    private readonly database: Database,
    private readonly passwords: Passwords,
    private readonly mailedTokens: MailedTokens,
    private readonly mails: AccountMails,
    private readonly aftermath: PasswordAftermath,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Mails a reset link if somebody who may log in has this address. */
  async mailLink(email: string): Promise<void> {
    await this.database.transaction(async (manager) => {
      const user = await manager.findOneBy(User, { email });
      if (user === null || user.disabledAt !== null) return;
      if ((await this.mailedTokens.countLive(manager, user.id, 'password_reset')) >= MAX_LIVE_LINKS) return;
      await this.mails.passwordResetLink(manager, user);
    });
  }

  /**
   * Sets the password of the user the link was mailed to and ends all sessions. The link also proves the address.
   *
   * @throws TokenError for a token that is unknown, used, expired, or was mailed to an address since changed
   */
  async reset(token: string, password: string): Promise<void> {
    // Nobody without a live token makes us hash.
    await this.database.read((manager) => this.mailedTokens.check(manager, token, 'password_reset'));
    const passwordHash = await this.passwords.hash(password);
    const user = await this.database.transaction(async (manager) => {
      const redeemed = await this.mailedTokens.redeem(manager, token, 'password_reset');
      const owner = await manager.findOneByOrFail(User, { id: redeemed.userId });
      if (owner.email !== redeemed.email) throw new TokenError('INVALID_TOKEN', LINK_INVALID);
      const now = this.clock.now();
      await manager.update(
        User,
        { id: owner.id },
        { passwordHash, emailVerifiedAt: owner.emailVerifiedAt ?? now, updatedAt: now },
      );
      await this.mailedTokens.voidAll(manager, owner.id, 'password_reset');
      await this.aftermath.within(manager, owner, 'password_reset');
      return owner;
    });
    await this.aftermath.afterwards(user, 'password_reset');
  }
}
