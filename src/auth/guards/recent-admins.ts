import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../platform/time/index.js';
import { AccessTokens } from '../access-tokens.js';
import type { AuthenticatedUser } from '../authenticated-user.js';

/** How long somebody whom the database called an administrator is taken for one without it. */
const BELIEVED_MS = 15 * 60_000;
const MAX_REMEMBERED = 100;

interface Remembered {
  readonly user: AuthenticatedUser;
  readonly atMs: number;
}

/**
 * Administrators whom this process has lately let in, so that they can read what the outage of the very database breaks that knows
 * them. While it is away nobody can be disabled either; what remains is a process that alone has lost it, for a quarter of an hour.
 */
@Injectable()
export class RecentAdmins {
  /** By session; oldest first. */
  private readonly remembered = new Map<string, Remembered>();

  constructor(
    private readonly accessTokens: AccessTokens,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The database has just said that this user is an administrator. */
  remember(user: AuthenticatedUser): void {
    this.remembered.delete(user.sessionId);
    this.remembered.set(user.sessionId, { user, atMs: this.clock.now().getTime() });
    const [oldest] = this.remembered.keys();
    if (this.remembered.size > MAX_REMEMBERED && oldest !== undefined) this.remembered.delete(oldest);
  }

  /** The database has just said that whoever has this token is none, or is not signed in any more. */
  async forget(accessToken: string): Promise<void> {
    const claims = await this.accessTokens.read(accessToken).catch(() => null);
    if (claims !== null) this.remembered.delete(claims.sessionId);
  }

  /** @throws TokenError for a token that is none of ours, or has expired */
  async find(accessToken: string): Promise<AuthenticatedUser | null> {
    const { sessionId, userId } = await this.accessTokens.read(accessToken);
    const found = this.remembered.get(sessionId);
    if (found === undefined || found.user.id !== userId) return null;
    return this.clock.now().getTime() - found.atMs <= BELIEVED_MS ? found.user : null;
  }
}
