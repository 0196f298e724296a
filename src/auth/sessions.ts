import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, type FindOptionsWhere, IsNull, Not } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../config/index.js';
import { Database } from '../platform/database/index.js';
import { TokenError } from '../platform/errors/index.js';
import { SecurityLog } from '../platform/logging/index.js';
import { CLOCK, type Clock, newId } from '../platform/time/index.js';
import { AccessTokens } from './access-tokens.js';
import { AuthSession, type RevocationReason } from './entities/auth-session.entity.js';
import { RefreshToken } from './entities/refresh-token.entity.js';
import { User } from './entities/user.entity.js';
import { newSecretToken, sha256Hex, successorToken } from './secret-token.js';

/** What a client gets to prove itself with. */
export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresInSeconds: number;
}

type Rotation =
  | { readonly outcome: 'rotated'; readonly user: User; readonly sessionId: string; readonly refreshToken: string }
  | { readonly outcome: 'reused'; readonly user: User; readonly sessionId: string }
  | { readonly outcome: 'refused'; readonly code: 'INVALID_TOKEN' | 'TOKEN_EXPIRED' | 'TOKEN_REVOKED' };

export interface RefreshOptions {
  /**
   * For clients whose answers get lost, such as a page that is closed while it waits: for {@link REPEATABLE_MS} a token gives the
   * same successor again, as long as nobody has used that one.
   */
  readonly repeatable?: boolean;
}

/** Long enough to notice that an answer is missing and ask again; then two uses mean two parties, as ever. */
const REPEATABLE_MS = 120_000;

/**
 * Sessions with rotating refresh tokens (RFC 9700 §4.14.2): each token is good for one refresh, and a second use
 * means that two parties hold it, so the whole session ends for both.
 */
@Injectable()
export class Sessions {
  private readonly refreshTtlMs: number;
  private readonly successorSecret: string;

  constructor(
    private readonly database: Database,
    private readonly accessTokens: AccessTokens,
    private readonly securityLog: SecurityLog,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(APP_CONFIG) config: AppConfig,
  ) {
    this.refreshTtlMs = config.auth.refreshTokenTtlSeconds * 1_000;
    this.successorSecret = config.auth.jwtSecret;
  }

  /** Opens a session for a user who has just proven who they are. */
  async open(user: User): Promise<TokenPair> {
    const sessionId = newId();
    const now = this.clock.now();
    const refreshToken = await this.database.transaction(async (manager) => {
      await manager.insert(AuthSession, {
        id: sessionId,
        userId: user.id,
        createdAt: now,
        expiresAt: this.expiry(now),
        revokedAt: null,
        revokedReason: null,
      });
      return this.addToken(manager, sessionId, now);
    });
    return this.pair(user.id, sessionId, refreshToken);
  }

  /**
   * Exchanges a refresh token for a new pair.
   *
   * @throws TokenError `INVALID_TOKEN`, `TOKEN_EXPIRED` or `TOKEN_REVOKED`
   */
  async refresh(
    token: string,
    { repeatable = false }: RefreshOptions = {},
  ): Promise<{ readonly user: User; readonly pair: TokenPair }> {
    const successor = repeatable ? successorToken(token, this.successorSecret) : null;
    // A reuse must stay revoked, so it is the transaction's result and becomes an error only after the commit.
    const rotation = await this.database.transaction((manager) => this.rotate(manager, sha256Hex(token), successor));
    switch (rotation.outcome) {
      case 'rotated':
        return {
          user: rotation.user,
          pair: await this.pair(rotation.user.id, rotation.sessionId, rotation.refreshToken),
        };
      case 'reused':
        this.securityLog.event('token_misuse', 'A refresh token was used twice; its session was revoked', {
          user_id: rotation.user.id,
          auth_session_id: rotation.sessionId,
        });
        throw new TokenError('TOKEN_REVOKED');
      case 'refused':
        throw new TokenError(rotation.code);
    }
  }

  /** Ends the session a refresh token belongs to; a token nobody knows ends nothing and is no error. */
  async close(token: string): Promise<void> {
    await this.database.transaction(async (manager) => {
      const known = await manager.findOneBy(RefreshToken, { tokenHash: sha256Hex(token) });
      if (known === null) return;
      await this.revoke(manager, { id: known.sessionId }, 'logout');
    });
  }

  /** Ends all sessions of a user, in the caller's transaction, but for the one named. */
  async closeAll(
    manager: EntityManager,
    userId: string,
    reason: RevocationReason,
    exceptSessionId?: string,
  ): Promise<void> {
    const others = exceptSessionId === undefined ? {} : { id: Not(exceptSessionId) };
    await this.revoke(manager, { userId, ...others }, reason);
  }

  /** @param successor - the token to hand out, where the client may ask for it again; else a new one. */
  private async rotate(manager: EntityManager, tokenHash: string, successor: string | null): Promise<Rotation> {
    // Both rows are locked, so of two refreshes of one token the second sees what the first has done.
    const token = await manager
      .createQueryBuilder(RefreshToken, 'token')
      .innerJoinAndSelect('token.session', 'session')
      .innerJoinAndSelect('session.user', 'user')
      .where('token.tokenHash = :tokenHash', { tokenHash })
      .setLock('pessimistic_write', undefined, ['token', 'session'])
      .getOne();
    const session = token?.session;
    const user = session?.user;
    if (token === null || session === undefined || user === undefined) {
      return { outcome: 'refused', code: 'INVALID_TOKEN' };
    }
    const now = this.clock.now();
    if (session.revokedAt !== null || user.disabledAt !== null) return { outcome: 'refused', code: 'TOKEN_REVOKED' };
    if (token.usedAt !== null) {
      const isRepetition = now.getTime() - token.usedAt.getTime() <= REPEATABLE_MS;
      if (successor !== null && isRepetition && (await this.isUnused(manager, successor))) {
        return { outcome: 'rotated', user, sessionId: session.id, refreshToken: successor };
      }
      await this.revoke(manager, { id: session.id }, 'token_reuse');
      return { outcome: 'reused', user, sessionId: session.id };
    }
    if (token.expiresAt <= now) return { outcome: 'refused', code: 'TOKEN_EXPIRED' };
    await manager.update(RefreshToken, { tokenHash }, { usedAt: now });
    await manager.update(AuthSession, { id: session.id }, { expiresAt: this.expiry(now) });
    return {
      outcome: 'rotated',
      user,
      sessionId: session.id,
      refreshToken: await this.addToken(manager, session.id, now, successor ?? newSecretToken()),
    };
  }

  private async isUnused(manager: EntityManager, token: string): Promise<boolean> {
    return await manager.existsBy(RefreshToken, { tokenHash: sha256Hex(token), usedAt: IsNull() });
  }

  private async revoke(
    manager: EntityManager,
    which: FindOptionsWhere<AuthSession>,
    revokedReason: RevocationReason,
  ): Promise<void> {
    const live = { ...which, revokedAt: IsNull() };
    await manager.update(AuthSession, live, { revokedAt: this.clock.now(), revokedReason });
  }

  private async addToken(
    manager: EntityManager,
    sessionId: string,
    now: Date,
    token = newSecretToken(),
  ): Promise<string> {
    await manager.insert(RefreshToken, {
      tokenHash: sha256Hex(token),
      sessionId,
      createdAt: now,
      expiresAt: this.expiry(now),
      usedAt: null,
    });
    return token;
  }

  private async pair(userId: string, sessionId: string, refreshToken: string): Promise<TokenPair> {
    const accessToken = await this.accessTokens.issue({ userId, sessionId });
    return { accessToken, refreshToken, expiresInSeconds: this.accessTokens.ttlSeconds };
  }

  private expiry(now: Date): Date {
    return new Date(now.getTime() + this.refreshTtlMs);
  }
}
