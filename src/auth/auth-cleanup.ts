import { Inject, Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { Database } from '../platform/database/index.js';
import { defineQueue } from '../platform/jobs/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { AuthSession } from './entities/auth-session.entity.js';
import { LoginThrottle } from './entities/login-throttle.entity.js';
import { MailedToken } from './entities/mailed-token.entity.js';
import { RefreshToken } from './entities/refresh-token.entity.js';

export const AUTH_CLEANUP_QUEUE = defineQueue<Record<string, never>>({ name: 'auth-cleanup', retryLimit: 2 });
/** Once an hour. */
export const AUTH_CLEANUP_CRON = '17 * * * *';

/** Removes what has expired, so that the tables of sessions and tokens do not grow for ever. */
@Injectable()
export class AuthCleanup {
  constructor(
    private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(): Promise<void> {
    const now = this.clock.now();
    const { manager } = this.database;
    await manager.delete(AuthSession, { expiresAt: LessThan(now) });
    await manager.delete(RefreshToken, { expiresAt: LessThan(now) });
    await manager.delete(MailedToken, { expiresAt: LessThan(now) });
    await manager.delete(LoginThrottle, { windowEndsAt: LessThan(now) });
  }
}
