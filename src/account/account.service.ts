import { Injectable } from '@nestjs/common';
import {
  AccountSettings,
  type AuthenticatedUser,
  PasswordConfirmation,
  type User,
  UserDirectory,
  wireUser,
} from '../auth/index.js';
import { PaymentHistory } from '../payments/index.js';
import { ValidationError } from '../platform/errors/index.js';
import { pagination } from '../platform/http/index.js';
import { RenderJobs } from '../rendering/index.js';
import type { AccountStatistics, HistoryResponse, ProfileResponse } from './dto/account.response.js';
import type { UpdateProfileDto } from './dto/update-profile.dto.js';

/** A customer's view of the own account. */
@Injectable()
export class AccountService {
  constructor(
    private readonly directory: UserDirectory,
    private readonly settings: AccountSettings,
    private readonly confirmation: PasswordConfirmation,
    private readonly payments: PaymentHistory,
    private readonly jobs: RenderJobs,
  ) {}

  async profile(userId: string): Promise<ProfileResponse> {
    return this.describe(await this.directory.get(userId));
  }

  /**
   * @throws ValidationError when nothing is to be changed, or the current password is missing or wrong;
   *   ConflictError `EMAIL_ALREADY_REGISTERED`
   */
  async update(user: AuthenticatedUser, change: UpdateProfileDto): Promise<ProfileResponse> {
    if (change.email === undefined && change.password === undefined) {
      throw new ValidationError({ field: 'email', message: 'Give a new address, a new password, or both.' });
    }
    if (change.current_password === undefined) {
      throw new ValidationError({
        field: 'current_password',
        message: 'Please confirm the change with your current password.',
        constraint: 'isDefined',
      });
    }
    await this.confirmation.confirm(user, change.current_password);
    return this.describe(await this.settings.change(user, { email: change.email, password: change.password }));
  }

  /** Payments and jobs, each newest first and paged alike; the longer list decides how many pages there are. */
  async history(userId: string, page: number, perPage: number): Promise<HistoryResponse> {
    const [payments, jobs] = await Promise.all([
      this.payments.page(userId, page, perPage),
      this.jobs.page(userId, page, perPage),
    ]);
    return {
      payments: payments.items,
      jobs: jobs.jobs,
      pagination: pagination(page, perPage, Math.max(payments.total, jobs.total)),
    };
  }

  private async describe(user: User): Promise<ProfileResponse> {
    const [{ total: totalPayments }, jobs] = await Promise.all([
      this.payments.page(user.id, 1, 1),
      this.jobs.statistics(user.id),
    ]);
    const statistics: AccountStatistics = {
      total_payments: totalPayments,
      total_jobs: jobs.total,
      queued_jobs: jobs.queued,
      processing_jobs: jobs.processing,
      completed_jobs: jobs.completed,
      failed_jobs: jobs.failed,
      cancelled_jobs: jobs.cancelled,
    };
    return { user: Object.assign(wireUser(user, this.directory.isAdmin(user)), { statistics }) };
  }
}
