import { Injectable } from '@nestjs/common';
import { ValidationError } from '../platform/errors/index.js';
import { SecurityLog } from '../platform/logging/index.js';
import { LoginThrottles } from './login-throttles.js';
import { Passwords } from './passwords.js';
import { UserDirectory } from './user-directory.js';

/** Asks a signed-in user for the password once more, before something a thief of the session must not do. */
@Injectable()
export class PasswordConfirmation {
  constructor(
    private readonly directory: UserDirectory,
    private readonly passwords: Passwords,
    private readonly throttles: LoginThrottles,
    private readonly securityLog: SecurityLog,
  ) {}

  /** @throws ValidationError naming `current_password` when it is wrong; RateLimitError after too many wrong ones */
  async confirm(user: { readonly id: string; readonly email: string }, password: string): Promise<void> {
    await this.throttles.assertOpen(user.email);
    const stored = await this.directory.findById(user.id);
    if (await this.passwords.matches(stored?.passwordHash, password)) {
      await this.throttles.assertOpen(user.email);
      await this.throttles.clear(user.email);
      return;
    }
    await this.throttles.recordFailure(user.email);
    this.securityLog.event('login_failed', 'A signed-in user gave a wrong current password', {
      user_id: user.id,
      reason: 'wrong_password',
    });
    throw new ValidationError({
      field: 'current_password',
      message: 'The current password is not correct.',
      constraint: 'matchesCurrentPassword',
    });
  }
}
