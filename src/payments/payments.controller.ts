import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { type AuthenticatedUser, AuthGuard, CurrentUser } from '../auth/index.js';
import { ValidationError } from '../platform/errors/index.js';
import { Operation, PageQuery, pagination, RateLimit, Tag } from '../platform/http/index.js';
import { CheckoutService } from './checkout.service.js';
import { CreateSessionDto } from './dto/create-session.dto.js';
import {
  CheckoutSessionResponse,
  PaymentHistoryResponse,
  PaymentStatusResponse,
  TiersResponse,
} from './dto/payments.response.js';
import { wireSession, wireStatus, wireTiers } from './dto/wire-payment.js';
import { PaymentHistory } from './payment-history.js';
import { PaymentStatusService } from './payment-status.service.js';

/** Stripe cannot be asked now; nothing is owed then. */
const STRIPE_FAILURES = [
  'STRIPE_SERVICE_ERROR',
  'STRIPE_REQUEST_FAILED',
  'STRIPE_TIMEOUT',
  'STRIPE_CONNECTION_ERROR',
  'STRIPE_AUTH_ERROR',
  'STRIPE_RATE_LIMITED',
  'STRIPE_UNAVAILABLE',
  'SERVICE_UNAVAILABLE',
] as const;

/** Printable ASCII of a length that fits the column's index; 255 is Stripe's own limit for such keys. */
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** What customers do with payments. */
@Tag('Payments')
@Controller('api/payments')
export class PaymentsController {
  constructor(
    private readonly checkout: CheckoutService,
    private readonly statuses: PaymentStatusService,
    private readonly payments: PaymentHistory,
  ) {}

  @Get('tiers')
  @Operation({ summary: 'The price list', answer: TiersResponse })
  tiers(): TiersResponse {
    return { tiers: wireTiers() };
  }

  @Post('create-session')
  @HttpCode(201)
  @UseGuards(AuthGuard)
  @RateLimit('create_session')
  @Operation({
    summary: 'Open a checkout page; the price is the server’s',
    description: 'A repetition with the same `Idempotency-Key` gives the same session.',
    answer: CheckoutSessionResponse,
    errors: [
      'STRIPE_CARD_ERROR',
      'STRIPE_INVALID_REQUEST',
      'STRIPE_ERROR',
      'IDEMPOTENCY_KEY_REUSED',
      'STRIPE_IDEMPOTENCY_CONFLICT',
      ...STRIPE_FAILURES,
    ],
    also: ({ ApiHeader }) => [
      ApiHeader({
        name: 'idempotency-key',
        required: false,
        schema: { type: 'string', pattern: IDEMPOTENCY_KEY.source },
        description: 'The caller’s name for this request, for at most one session',
      }),
    ],
  })
  async createSession(
    @CurrentUser() user: AuthenticatedUser,
    @Body() body: CreateSessionDto,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
  ): Promise<CheckoutSessionResponse> {
    const payment = await this.checkout.open(user, {
      tier: body.tier,
      successUrl: body.success_url,
      cancelUrl: body.cancel_url,
      idempotencyKey: checkedKey(idempotencyKey),
    });
    return wireSession(payment);
  }

  @Get('status/:session_id')
  @UseGuards(AuthGuard)
  @Operation({
    summary: 'How a payment stands; asks Stripe while it is undecided',
    answer: PaymentStatusResponse,
    errors: ['SESSION_NOT_FOUND'],
  })
  async status(
    @CurrentUser() user: AuthenticatedUser,
    @Param('session_id') sessionId: string,
  ): Promise<PaymentStatusResponse> {
    return wireStatus(await this.statuses.ofSession(user.id, sessionId));
  }

  @Get('history')
  @UseGuards(AuthGuard)
  @Operation({ summary: 'Own payments, newest first', answer: PaymentHistoryResponse })
  async history(@CurrentUser() user: AuthenticatedUser, @Query() query: PageQuery): Promise<PaymentHistoryResponse> {
    const { items, total } = await this.payments.page(user.id, query.page, query.per_page);
    return { history: items, total, pagination: pagination(query.page, query.per_page, total) };
  }
}

function checkedKey(key: string | undefined): string | null {
  if (key === undefined) {
    return null;
  }
  if (!IDEMPOTENCY_KEY.test(key)) {
    throw new ValidationError({
      field: 'Idempotency-Key',
      message: 'Idempotency-Key must be 1 to 255 printable characters without blanks',
    });
  }
  return key;
}
