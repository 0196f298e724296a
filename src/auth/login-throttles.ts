import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../platform/database/index.js';
import { RateLimitError } from '../platform/errors/index.js';
import { SecurityLog } from '../platform/logging/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { LoginThrottle } from './entities/login-throttle.entity.js';
import { sha256Hex } from './secret-token.js';

/** Wrong passwords for one address in one window; NIST SP 800-63B §5.2.2 allows up to 100. */
const MAX_FAILURES = 10;
const WINDOW_MS = 15 * 60_000;

/**
 * Locks an address out of password checks after too many wrong ones, whether or not it belongs to anybody.
 * Counted in the database, so it holds across instances. Resetting the password by mail lifts it.
 */
@Injectable()
export class LoginThrottles {
  constructor(
    private readonly database: Database,
    private readonly securityLog: SecurityLog,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws RateLimitError while the address is locked */
  async assertOpen(email: string): Promise<void> {
    const now = this.clock.now();
    const row = await this.database.read((manager) =>
      manager.findOneBy(LoginThrottle, { emailHash: sha256Hex(email) }),
    );
    if (row === null || row.failures < MAX_FAILURES || row.windowEndsAt <= now) return;
    throw new RateLimitError('RATE_LIMIT_EXCEEDED', {
      message: 'Too many wrong passwords. Wait a little, or reset your password.',
      details: { retry_after: Math.max(1, Math.ceil((row.windowEndsAt.getTime() - now.getTime()) / 1_000)) },
    });
  }

  /** Counts a wrong password; the first one opens the window. */
  async recordFailure(email: string): Promise<void> {
    const now = this.clock.now();
    const emailHash = sha256Hex(email);
    const rows: unknown = await this.database.manager.query(
      `INSERT INTO login_throttles AS t (email_hash, failures, window_ends_at) VALUES ($1, 1, $2)
       ON CONFLICT (email_hash) DO UPDATE SET
         failures = CASE WHEN t.window_ends_at <= $3 THEN 1 ELSE t.failures + 1 END,
         window_ends_at = CASE WHEN t.window_ends_at <= $3 THEN $2 ELSE t.window_ends_at END
       RETURNING failures`,
      [emailHash, new Date(now.getTime() + WINDOW_MS), now],
    );
    const failures = (rows as readonly { readonly failures: number }[])[0]?.failures;
    if (failures === MAX_FAILURES) {
      this.securityLog.event('account_locked', 'An address was locked after too many wrong passwords', {
        email,
        window_minutes: WINDOW_MS / 60_000,
      });
    }
  }

  /** Forgets the failures: the owner has proven to be the owner. */
  async clear(email: string): Promise<void> {
    await this.database.manager.delete(LoginThrottle, { emailHash: sha256Hex(email) });
  }
}
