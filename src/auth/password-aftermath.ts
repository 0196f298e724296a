import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { SecurityLog } from '../platform/logging/index.js';
import { AccountMails } from './account-mails.js';
import type { User } from './entities/user.entity.js';
import { LoginThrottles } from './login-throttles.js';
import { Sessions } from './sessions.js';

type Occasion = 'password_reset' | 'password_changed';

/** What follows a new password, however it came about. */
@Injectable()
export class PasswordAftermath {
  constructor(
    private readonly sessions: Sessions,
    private readonly mails: AccountMails,
    private readonly throttles: LoginThrottles,
    private readonly securityLog: SecurityLog,
  ) {}

  /** In the transaction of the change: ends sessions (but for the one named) and tells the user by mail. */
  async within(manager: EntityManager, user: User, occasion: Occasion, keepSessionId?: string): Promise<void> {
    await this.sessions.closeAll(manager, user.id, occasion, keepSessionId);
    await this.mails.passwordChanged(manager, user);
  }

  /** After its commit: lifts a lock-out and notes the event. */
  async afterwards(user: User, occasion: Occasion): Promise<void> {
    await this.throttles.clear(user.email);
    this.securityLog.event(occasion, 'A user set a new password', { user_id: user.id });
  }
}
