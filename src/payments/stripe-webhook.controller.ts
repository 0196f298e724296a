import { Controller, Headers, HttpCode, Post, type RawBodyRequest, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { NoRateLimit } from '../platform/http/index.js';
import { StripeWebhookService } from './stripe-webhook.service.js';

/** Where Stripe reports. Public: the signature says who is speaking. */
@ApiTags('payments')
@NoRateLimit()
@Controller('api/payments/webhook')
export class StripeWebhookController {
  constructor(private readonly webhooks: StripeWebhookService) {}

  @Post()
  @HttpCode(200)
  async receive(
    @Req() request: RawBodyRequest<FastifyRequest>,
    @Headers('stripe-signature') signature: string | undefined,
  ) {
    const { duplicate } = await this.webhooks.receive(request.rawBody ?? Buffer.alloc(0), signature);
    return { received: true, duplicate };
  }
}
