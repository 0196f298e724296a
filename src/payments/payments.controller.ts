import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiTags } from '@nestjs/swagger';
import { type AuthenticatedUser, AuthGuard, CurrentUser } from '../auth/index.js';
import { ValidationError } from '../platform/errors/index.js';
import { PageQuery, pagination, RateLimit } from '../platform/http/index.js';
import { CheckoutService } from './checkout.service.js';
import { CreateSessionDto } from './dto/create-session.dto.js';
import { wireSession, wireStatus, wireTiers } from './dto/wire-payment.js';
import { PaymentHistory } from './payment-history.js';
import { PaymentStatusService } from './payment-status.service.js';

/** What customers do with payments. */
@ApiTags('payments')
@Controller('api/payments')
export class PaymentsController {
  constructor(
    private readonly checkout: CheckoutService,
    private readonly statuses: PaymentStatusService,
    private readonly payments: PaymentHistory,
  ) {}

  @Get('tiers')
  tiers() {
    return { tiers: wireTiers() };
  }

  @Post('create-session')
  @HttpCode(201)
  @UseGuards(AuthGuard)
  @RateLimit('create_session')
  @ApiBearerAuth()
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  async createSession(
    @CurrentUser() user: AuthenticatedUser,
    @Body() body: CreateSessionDto,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
  ) {
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
  @ApiBearerAuth()
  async status(@CurrentUser() user: AuthenticatedUser, @Param('session_id') sessionId: string) {
    return wireStatus(await this.statuses.ofSession(user.id, sessionId));
  }

  @Get('history')
  @UseGuards(AuthGuard)
  @ApiBearerAuth()
  async history(@CurrentUser() user: AuthenticatedUser, @Query() query: PageQuery) {
    const { items, total } = await this.payments.page(user.id, query.page, query.per_page);
    return { history: items, total, pagination: pagination(query.page, query.per_page, total) };
  }
}

/** Printable ASCII of a length that fits the column's index; 255 is Stripe's own limit for such keys. */
function checkedKey(key: string | undefined): string | null {
  if (key === undefined) {
    return null;
  }
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new ValidationError({
      field: 'Idempotency-Key',
      message: 'Idempotency-Key must be 1 to 255 printable characters without blanks',
    });
  }
  return key;
}
