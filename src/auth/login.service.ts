import { Injectable } from '@nestjs/common';
import { AuthenticationError } from '../platform/errors/index.js';
import { SecurityLog } from '../platform/logging/index.js';
import type { User } from './entities/user.entity.js';
import { LoginThrottles } from './login-throttles.js';
import { Passwords } from './passwords.js';
import { Sessions, type TokenPair } from './sessions.js';
import { UserDirectory } from './user-directory.js';

/** Checks passwords and opens sessions. */
@Injectable()
export class LoginService {
  constructor(
    private readonly directory: UserDirectory,
    private readonly passwords: Passwords,
    private readonly sessions: Sessions,
    private readonly throttles: LoginThrottles,
    private readonly securityLog: SecurityLog,
  ) {}

  /**
   * @param email normalised
   * @param ip where the attempt comes from, for the security log
   * @throws AuthenticationError the same for an unknown address, a wrong password and a disabled user;
   *   RateLimitError after too many wrong passwords
   */
  async login(email: string, password: string, ip: string): Promise<{ readonly user: User; readonly pair: TokenPair }> {
    await this.throttles.assertOpen(email);
    const user = await this.directory.findByEmail(email);
    const matched = await this.passwords.matches(user?.passwordHash, password);
    if (user === null || !matched || user.disabledAt !== null) {
      await this.throttles.recordFailure(email);
      this.securityLog.event('login_failed', 'A login was refused', {
        email,
        ip,
        reason: refusal(user, matched),
        ...(user === null ? {} : { user_id: user.id }),
      });
      throw new AuthenticationError();
    }
    // Guesses made at once were all let in above: the right one among too many wrong ones is refused here.
    await this.throttles.assertOpen(email);
    await this.throttles.clear(email);
    const pair = await this.sessions.open(user);
    this.securityLog.event('login_succeeded', 'A user logged in', { user_id: user.id, ip });
    return { user, pair };
  }
}

function refusal(user: User | null, matched: boolean): 'unknown_address' | 'wrong_password' | 'disabled' {
  if (user === null) return 'unknown_address';
  return matched ? 'disabled' : 'wrong_password';
}
