import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, IsNull, MoreThan } from 'typeorm';
import { TokenError } from '../platform/errors/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { MailedToken, type MailedTokenPurpose } from './entities/mailed-token.entity.js';
import { newSecretToken, sha256Hex } from './secret-token.js';

const TTL_SECONDS: Readonly<Record<MailedTokenPurpose, number>> = {
  verify_email: 7 * 86_400,
  password_reset: 3_600,
};

/** The catalogue's sentences speak of a session; these tokens came in a link. */
export const LINK_INVALID = { message: 'This link is not valid or was used before. Please ask for a new one.' };
const LINK_EXPIRED = { message: 'This link has expired. Please ask for a new one.' };

/** Issues and redeems the one-time tokens that go out in links. Only their hashes are kept. */
@Injectable()
export class MailedTokens {
  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  /** @returns the token itself, to be mailed to `user.email` */
  async issue(
    manager: EntityManager,
    user: { readonly id: string; readonly email: string },
    purpose: MailedTokenPurpose,
  ): Promise<string> {
    const token = newSecretToken();
    const createdAt = this.clock.now();
    await manager.insert(MailedToken, {
      tokenHash: sha256Hex(token),
      userId: user.id,
      purpose,
      email: user.email,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + TTL_SECONDS[purpose] * 1_000),
      usedAt: null,
    });
    return token;
  }

  /** How many live tokens of the kind the user has: the bound on how often a stranger can have them mailed. */
  countLive(manager: EntityManager, userId: string, purpose: MailedTokenPurpose): Promise<number> {
    return manager.countBy(MailedToken, { userId, purpose, usedAt: IsNull(), expiresAt: MoreThan(this.clock.now()) });
  }

  /** @throws TokenError `TOKEN_EXPIRED` or `INVALID_TOKEN`, without using the token up */
  async check(manager: EntityManager, token: string, purpose: MailedTokenPurpose): Promise<MailedToken> {
    const found = await manager.findOneBy(MailedToken, { tokenHash: sha256Hex(token), purpose, usedAt: IsNull() });
    if (found === null) throw new TokenError('INVALID_TOKEN', LINK_INVALID);
    if (found.expiresAt <= this.clock.now()) throw new TokenError('TOKEN_EXPIRED', LINK_EXPIRED);
    return found;
  }

  /**
   * Uses a token up; of two redemptions at once one succeeds.
   *
   * @throws TokenError `TOKEN_EXPIRED` or `INVALID_TOKEN`
   */
  async redeem(manager: EntityManager, token: string, purpose: MailedTokenPurpose): Promise<MailedToken> {
    const found = await this.check(manager, token, purpose);
    const { affected } = await manager.update(
      MailedToken,
      { tokenHash: found.tokenHash, usedAt: IsNull() },
      { usedAt: this.clock.now() },
    );
    if (affected !== 1) throw new TokenError('INVALID_TOKEN', LINK_INVALID);
    return found;
  }

  /** Makes all unused tokens of the kind worthless. */
  async voidAll(manager: EntityManager, userId: string, purpose: MailedTokenPurpose): Promise<void> {
    await manager.update(MailedToken, { userId, purpose, usedAt: IsNull() }, { usedAt: this.clock.now() });
  }
}
