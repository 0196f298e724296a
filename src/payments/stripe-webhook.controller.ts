import { Controller, Headers, HttpCode, Post, type RawBodyRequest, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { DATABASE_FAILURES, NoRateLimit, Operation, Tag } from '../platform/http/index.js';
import { WebhookResponse } from './dto/payments.response.js';
import { StripeWebhookService } from './stripe-webhook.service.js';

/** Where Stripe reports. Public: the signature says who is speaking. */
@Tag('Payments')
@NoRateLimit()
@Controller('api/payments/webhook')
export class StripeWebhookController {
  constructor(private readonly webhooks: StripeWebhookService) {}

  @Post()
  @HttpCode(200)
  @Operation({
    summary: 'Where Stripe reports events',
    description: 'Verified by its signature. Anything but 200 has Stripe send the event again.',
    answer: WebhookResponse,
    errors: [
      'BAD_REQUEST',
      'WEBHOOK_SIGNATURE_INVALID',
      'WEBHOOK_PAYLOAD_INVALID',
      'PAYLOAD_TOO_LARGE',
      'UNSUPPORTED_MEDIA_TYPE',
      ...DATABASE_FAILURES,
    ],
    also: ({ ApiBody, ApiHeader }) => [
      ApiBody({ schema: { type: 'object', additionalProperties: true, description: 'An event, as Stripe sends it' } }),
      ApiHeader({ name: 'stripe-signature', required: true, description: 'At most 300 seconds old' }),
    ],
  })
  async receive(
    @Req() request: RawBodyRequest<FastifyRequest>,
    @Headers('stripe-signature') signature: string | undefined,
  ): Promise<WebhookResponse> {
    const { duplicate } = await this.webhooks.receive(request.rawBody ?? Buffer.alloc(0), signature);
    return { received: true, duplicate };
  }
}
