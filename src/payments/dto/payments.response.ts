import { CountField, Field, IdField, Pagination, TimeField } from '../../platform/http/index.js';
import { PAYMENT_STATUSES, type PaymentStatus } from '../payment-status.js';
import { TIER_IDS, type TierId } from '../tiers.js';

const AMOUNT = { description: 'In cents', example: 999 } as const;
const CURRENCY = { description: 'ISO 4217, in lower case', example: 'usd' } as const;
const SESSION_ID = { description: 'Of the checkout session', example: 'cs_test_a1b2c3' } as const;
const STATUS = { enum: PAYMENT_STATUSES, enumName: 'PaymentStatus' };

export class TierResponse {
  @Field({ enum: TIER_IDS, enumName: 'TierId' })
  readonly id!: TierId;

  @Field({ example: 'Standard' })
  readonly name!: string;

  @CountField(AMOUNT)
  readonly amount!: number;

  @Field(CURRENCY)
  readonly currency!: string;

  @Field({ description: 'The largest of the tier', example: '1920x1080' })
  readonly resolution!: string;

  @Field({ type: [String], description: 'All of the tier, the largest first', example: ['1920x1080', '1280x720'] })
  readonly resolutions!: readonly string[];

  @CountField({ description: 'Longest track' })
  readonly max_duration_seconds!: number;
}

export class TiersResponse {
  @Field({ type: [TierResponse] })
  readonly tiers!: readonly TierResponse[];
}

export class CheckoutSessionResponse {
  @IdField()
  readonly payment_id!: string;

  @Field(SESSION_ID)
  readonly session_id!: string;

  @Field({
    type: String,
    format: 'uri',
    nullable: true,
    description: 'The page on which to pay; null once there is nothing to pay any more',
  })
  readonly session_url!: string | null;

  @CountField(AMOUNT)
  readonly amount!: number;

  @Field(CURRENCY)
  readonly currency!: string;

  @Field(STATUS)
  readonly status!: PaymentStatus;
}

export class PaymentStatusResponse {
  @IdField()
  readonly payment_id!: string;

  @Field({ type: String, nullable: true, ...SESSION_ID })
  readonly session_id!: string | null;

  @Field(STATUS)
  readonly status!: PaymentStatus;

  @Field({ type: String, nullable: true, description: 'Status of the session at Stripe', example: 'complete' })
  readonly stripe_status!: string | null;

  @CountField(AMOUNT)
  readonly amount!: number;

  @Field(CURRENCY)
  readonly currency!: string;

  @TimeField()
  readonly created_at!: string;

  @Field({ required: false, description: 'What the customer can do about it; only of a failed payment' })
  readonly failure_message?: string;
}

/** A payment as lists show it. */
export class PaymentHistoryEntry {
  @IdField()
  readonly payment_id!: string;

  @Field(SESSION_ID)
  readonly session_id!: string;

  @Field({ enum: TIER_IDS, enumName: 'TierId' })
  readonly tier!: TierId;

  @Field({ example: 'Standard' })
  readonly tier_name!: string;

  @CountField(AMOUNT)
  readonly amount!: number;

  @Field(CURRENCY)
  readonly currency!: string;

  @Field(STATUS)
  readonly status!: PaymentStatus;

  @IdField({ nullable: true, description: 'The job that uses it, or has used it' })
  readonly job_id!: string | null;

  @TimeField()
  readonly created_at!: string;

  @TimeField({ nullable: true })
  readonly completed_at!: string | null;

  @TimeField({ nullable: true })
  readonly refunded_at!: string | null;
}

export class PaymentHistoryResponse {
  @Field({ type: [PaymentHistoryEntry] })
  readonly history!: readonly PaymentHistoryEntry[];

  @CountField({ description: 'Payments on all pages together' })
  readonly total!: number;

  @Field()
  readonly pagination!: Pagination;
}

export class WebhookResponse {
  @Field({ enum: [true] })
  readonly received!: true;

  @Field({ description: 'Whether this event had been processed before' })
  readonly duplicate!: boolean;
}
