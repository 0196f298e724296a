import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, QueryFailedError } from 'typeorm';
import { Database } from '../platform/database/index.js';
import { ConflictError, isApiError } from '../platform/errors/index.js';
import { SecurityLog } from '../platform/logging/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { AccountMails } from './account-mails.js';
import type { AuthenticatedUser } from './authenticated-user.js';
import { User } from './entities/user.entity.js';
import { PasswordAftermath } from './password-aftermath.js';
import { Passwords } from './passwords.js';

/** What a user wants changed; what is absent stays. */
export interface AccountChange {
  /** Normalised. */
  readonly email?: string | undefined;
  readonly password?: string | undefined;
}

/** Changes address and password of a user who has confirmed the current password. */
@Injectable()
export class AccountSettings {
  constructor(
    private readonly database: Database,
    private readonly passwords: Passwords,
    private readonly mails: AccountMails,
    private readonly aftermath: PasswordAftermath,
    private readonly securityLog: SecurityLog,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * A new address is unverified, and a link goes to it; a new password ends all other sessions.
   *
   * @throws ConflictError `EMAIL_ALREADY_REGISTERED`; then nothing has changed
   */
  async change(current: AuthenticatedUser, change: AccountChange): Promise<User> {
    const passwordHash = change.password === undefined ? undefined : await this.passwords.hash(change.password);
    const { user, emailChanged } = await this.refusingTakenAddress(() =>
      this.database.transaction(async (manager) => {
        const before = await manager.findOneOrFail(User, {
          where: { id: current.id },
          lock: { mode: 'pessimistic_write' },
        });
        const emailChanged = change.email !== undefined && change.email !== before.email;
        // The old address, which may be the only one the owner can read, hears of the new password.
        if (passwordHash !== undefined) {
          await this.aftermath.within(manager, before, 'password_changed', current.sessionId);
        }
        const user = await this.store(manager, before, emailChanged ? change.email : undefined, passwordHash);
        if (emailChanged) await this.mails.verificationLink(manager, user);
        return { user, emailChanged };
      }),
    );
    if (passwordHash !== undefined) await this.aftermath.afterwards(user, 'password_changed');
    if (emailChanged) {
      this.securityLog.event('email_changed', 'A user changed the address', {
        user_id: user.id,
        from: current.email,
        to: user.email,
      });
    }
    return user;
  }

  private async store(
    manager: EntityManager,
    before: User,
    email: string | undefined,
    passwordHash: string | undefined,
  ): Promise<User> {
    const changes = {
      ...(email === undefined ? {} : { email, emailVerifiedAt: null }),
      ...(passwordHash === undefined ? {} : { passwordHash }),
      updatedAt: this.clock.now(),
    };
    await manager.update(User, { id: before.id }, changes);
    return Object.assign(before, changes);
  }

  private async refusingTakenAddress<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!violatesUniqueAddress(error)) throw error;
      throw new ConflictError('EMAIL_ALREADY_REGISTERED', { cause: error });
    }
  }
}

function violatesUniqueAddress(error: unknown): boolean {
  const failure: unknown = isApiError(error) ? error.cause : error;
  if (!(failure instanceof QueryFailedError)) return false;
  const { constraint } = failure.driverError as { readonly constraint?: unknown };
  return constraint === 'uq_users_email';
}
