import { UserResponse } from '../../auth/index.js';
import { PaymentHistoryEntry } from '../../payments/index.js';
import { CountField, Field, Pagination } from '../../platform/http/index.js';
import { RenderJobListItem } from '../../rendering/index.js';

/** What a customer has done so far, in numbers. */
export class AccountStatistics {
  @CountField()
  readonly total_payments!: number;

  @CountField()
  readonly total_jobs!: number;

  @CountField()
  readonly queued_jobs!: number;

  @CountField()
  readonly processing_jobs!: number;

  @CountField()
  readonly completed_jobs!: number;

  @CountField()
  readonly failed_jobs!: number;

  @CountField()
  readonly cancelled_jobs!: number;
}

export class ProfileUser extends UserResponse {
  @Field()
  readonly statistics!: AccountStatistics;
}

export class ProfileResponse {
  @Field()
  readonly user!: ProfileUser;
}

export class HistoryResponse {
  @Field({ type: [PaymentHistoryEntry] })
  readonly payments!: readonly PaymentHistoryEntry[];

  @Field({ type: [RenderJobListItem] })
  readonly jobs!: readonly RenderJobListItem[];

  @Field()
  readonly pagination!: Pagination;
}
