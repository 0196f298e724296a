import { Inject, Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../platform/database/index.js';
import { ERROR_SINK, type ErrorSink, isApiError } from '../platform/errors/index.js';
import { SecurityLog } from '../platform/logging/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { StripeEvent } from './entities/stripe-event.entity.js';
import { type LedgerEntry, PaymentLedger } from './payment-ledger.js';
import { PaymentMismatchError } from './payments.errors.js';
import { type GatewayEvent, PAYMENT_GATEWAY, type PaymentGateway } from './ports/payment-gateway.port.js';

export interface WebhookReceipt {
  /** The event was processed before and did nothing this time. */
  readonly duplicate: boolean;
}

/** Takes Stripe's webhooks: each event has its effect once, however often and in whatever order it is delivered. */
@Injectable()
export class StripeWebhookService {
  private readonly logger = new Logger(StripeWebhookService.name);

  constructor(
    private readonly database: Database,
    @Inject(PAYMENT_GATEWAY) private readonly gateway: PaymentGateway,
    private readonly ledger: PaymentLedger,
    private readonly securityLog: SecurityLog,
    @Inject(ERROR_SINK) private readonly errors: ErrorSink,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @param rawBody the bytes as they came
   * @throws ApiError `WEBHOOK_SIGNATURE_INVALID`, `WEBHOOK_PAYLOAD_INVALID`; `DATABASE_*` when it could not be
   *   processed, so that Stripe sends it again
   */
  async receive(rawBody: Buffer, signature: string | undefined): Promise<WebhookReceipt> {
    const event = await this.verified(rawBody, signature);
    const entry = await this.database.transaction((manager) => this.process(manager, event));
    if (entry === null) {
      return { duplicate: true };
    }
    this.report(event, entry);
    return { duplicate: false };
  }

  private async verified(rawBody: Buffer, signature: string | undefined): Promise<GatewayEvent> {
    try {
      return await this.gateway.readEvent(rawBody, signature, this.clock.now());
    } catch (error) {
      if (isApiError(error) && error.code === 'WEBHOOK_SIGNATURE_INVALID') {
        this.securityLog.event('webhook_signature_failed', 'A webhook came with a signature that is not valid', {
          size_bytes: rawBody.length,
        });
      }
      throw error;
    }
  }

  /** The event's row and its effect are one transaction; a second delivery waits for the first one's row and finds it. */
  private async process(manager: EntityManager, event: GatewayEvent): Promise<LedgerEntry | null> {
    const paymentIntentId = event.kind === 'decline' || event.kind === 'refund' ? event.paymentIntentId : null;
    const { raw } = await manager
      .createQueryBuilder()
      .insert()
      .into(StripeEvent)
      .values({
        id: event.id,
        type: event.type,
        outcome: 'ignored',
        paymentIntentId,
        refundedCents: event.kind === 'refund' ? event.refundedCents : null,
        occurredAt: event.occurredAt,
        receivedAt: this.clock.now(),
      })
      .orIgnore()
      .returning('id')
      .execute();
    if (!Array.isArray(raw) || raw.length === 0) {
      return null;
    }
    const entry = await this.record(manager, event);
    const { outcome, paymentId } = entry;
    await manager.getRepository(StripeEvent).update(event.id, { outcome, paymentId });
    return entry;
  }

  private async record(manager: EntityManager, event: GatewayEvent): Promise<LedgerEntry> {
    switch (event.kind) {
      case 'session':
        return await this.ledger.recordSession(manager, event.session);
      case 'decline':
        return await this.ledger.recordDecline(manager, event, event.failureCode);
      case 'refund':
        return await this.ledger.recordRefund(manager, event, event.refundedCents);
      case 'other':
        return { outcome: 'ignored', paymentId: null };
    }
  }

  private report(event: GatewayEvent, { outcome, paymentId, mismatch }: LedgerEntry): void {
    const fields = { event_id: event.id, event_type: event.type, payment_id: paymentId, outcome };
    if (paymentId !== null && mismatch !== undefined) {
      const error = new PaymentMismatchError(paymentId, mismatch);
      this.errors.capture(error, { kind: 'request', service: 'stripe', operation: 'webhook' });
    }
    this.logger.log({ msg: 'A webhook was processed', ...fields });
  }
}
