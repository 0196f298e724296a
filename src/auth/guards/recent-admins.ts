import { Inject, Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { TokenError } from '../../platform/errors/index.js';
import { OutageLog } from '../../platform/logging/index.js';
import { CLOCK, type Clock } from '../../platform/time/index.js';
import { AccessTokens } from '../access-tokens.js';
import type { AuthenticatedUser } from '../authenticated-user.js';
import { Authenticator } from '../authenticator.js';

/** How long somebody whom this process let in as an administrator is taken for one without the database. */
const BELIEVED_MS = 15 * 60_000;
const MAX_REMEMBERED = 100;

/** How often the database is asked whether they still are, in ms: what happened to one so shortly before an outage goes unseen. */
const LOOK_INTERVAL_MS = 5_000;

interface Remembered {
  readonly user: AuthenticatedUser;
  /** On the monotonic clock. */
  readonly letInAtMs: number;
}

/**
 * Administrators whom this process has lately let in, so that they can read what the outage of the very database breaks that knows
 * them. As long as it answers they are looked up again and again: who signed out, was disabled or lost the rights, by whatever
 * process, is forgotten before it goes away. While it is away nobody can be disabled either; what remains is a process that alone has
 * lost it, for a quarter of an hour.
 */
@Injectable()
export class RecentAdmins implements OnModuleInit, OnModuleDestroy {
  private readonly outages = new OutageLog(
    new Logger(RecentAdmins.name),
    'Administrators who were let in lately cannot be looked up again',
  );
  /** By session; oldest first. */
  private readonly remembered = new Map<string, Remembered>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | null = null;

  constructor(
    private readonly accessTokens: AccessTokens,
    @Inject(Authenticator) private readonly authenticator: Pick<Authenticator, 'lookUp'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.lookAgain(), LOOK_INTERVAL_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  /** The database has just said that this user is an administrator. */
  remember(user: AuthenticatedUser): void {
    this.remembered.delete(user.sessionId);
    this.remembered.set(user.sessionId, { user, letInAtMs: this.clock.monotonicMs() });
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
    return this.isBelieved(found) ? found.user : null;
  }

  /** Forgets who is no administrator any more. Never rejects: without the database everybody stays until their time is over. */
  async lookAgain(): Promise<void> {
    this.looking ??= this.lookAtAll().finally(() => {
      this.looking = null;
    });
    await this.looking;
  }

  private async lookAtAll(): Promise<void> {
    // Who is let in meanwhile needs no look: the database has just been asked.
    const before = [...this.remembered];
    for (const [sessionId, remembered] of before) {
      try {
        if (!this.isBelieved(remembered) || !(await this.isStillAdmin(remembered))) this.remembered.delete(sessionId);
      } catch (error) {
        this.outages.report(error);
        return;
      }
    }
  }

  private async isStillAdmin({ user: { id: userId, sessionId } }: Remembered): Promise<boolean> {
    try {
      return (await this.authenticator.lookUp({ userId, sessionId })).isAdmin;
    } catch (error) {
      if (error instanceof TokenError) return false;
      throw error;
    }
  }

  private isBelieved({ letInAtMs }: Remembered): boolean {
    return this.clock.monotonicMs() - letInAtMs <= BELIEVED_MS;
  }
}
