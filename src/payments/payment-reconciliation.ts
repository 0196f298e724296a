import { Inject, Injectable, Logger } from '@nestjs/common';
import { type EntityManager, In, IsNull } from 'typeorm';
import { Database } from '../platform/database/index.js';
import { type ApiError, ERROR_SINK, type ErrorSink, translateError } from '../platform/errors/index.js';
import { InjectPolicy, type ServicePolicy } from '../platform/resilience/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { Payment } from './entities/payment.entity.js';
import { StripeEvent } from './entities/stripe-event.entity.js';
import { type LedgerEntry, PaymentLedger } from './payment-ledger.js';
import type { PaymentStatus } from './payment-status.js';
import { PaymentMismatchError } from './payments.errors.js';
import { type CheckoutSession, PAYMENT_GATEWAY, type PaymentGateway } from './ports/payment-gateway.port.js';
import { CHECK_INTERVAL_SECONDS, secondsAfter } from './reconciliation-schedule.js';

/** Payments that are claimed at once, and asked about at once: a fraction of the policy's bulkhead. */
const BATCH_SIZE = 5;
/** After this a payment whose session never came to us is given up: nobody has the URL to pay at. */
const SESSIONLESS_LIFE_SECONDS = 3_600;
/** Stripe repeats events for three days; their ids are kept far longer (the design asks for 30 days at least). */
const EVENT_LIFE_SECONDS = 60 * 86_400;

export interface ReconciliationResult {
  readonly asked: number;
  /** Payments that turned out paid without a webhook having said so. */
  readonly completed: number;
  /** False when Stripe was not to be had; what was not asked is due again at the next run. */
  readonly finished: boolean;
}

/** Asks Stripe about payments whose webhook may never have come. */
@Injectable()
export class PaymentReconciliation {
  private readonly logger = new Logger(PaymentReconciliation.name);

  constructor(
    private readonly database: Database,
    @Inject(PAYMENT_GATEWAY) private readonly gateway: PaymentGateway,
    @InjectPolicy('stripe') private readonly stripe: ServicePolicy,
    private readonly ledger: PaymentLedger,
    @Inject(ERROR_SINK) private readonly errors: ErrorSink,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Asks about every payment that is due; several instances share the work.
   *
   * @param scope `all` asks also about payments that were asked a moment ago (after a start)
   * @param signal ends the run between two payments
   */
  async run(scope: 'due' | 'all', signal: AbortSignal): Promise<ReconciliationResult> {
    const startedAt = this.clock.now();
    const dueBefore = scope === 'all' ? secondsAfter(startedAt, CHECK_INTERVAL_SECONDS) : startedAt;
    const result = { asked: 0, completed: 0, finished: true };
    while (result.finished && !signal.aborted) {
      const batch = await this.claim(dueBefore, secondsAfter(startedAt, CHECK_INTERVAL_SECONDS + 1));
      if (batch.length === 0) {
        break;
      }
      const outcomes = await Promise.all(batch.map((payment) => this.check(payment, signal)));
      result.asked += batch.length;
      result.completed += outcomes.filter((outcome) => outcome === 'completed').length;
      result.finished = !outcomes.includes('unavailable');
    }
    await this.forgetOldEvents();
    return result;
  }

  /** Takes a few due payments by putting their next check off, so that no other run asks about them as well. */
  private async claim(dueBefore: Date, nextCheckAt: Date): Promise<readonly Payment[]> {
    return await this.database.transaction(async (manager) => {
      const payments = manager.getRepository(Payment);
      const due = await payments
        .createQueryBuilder('payment')
        .where('payment.checkAt <= :dueBefore', { dueBefore })
        .orderBy('payment.checkAt')
        .limit(BATCH_SIZE)
        .setLock('pessimistic_write')
        .setOnLocked('skip_locked')
        .getMany();
      if (due.length > 0) {
        await payments.update(
          due.map(({ id }) => id),
          { checkAt: nextCheckAt },
        );
      }
      return due;
    });
  }

  private async check(payment: Payment, signal: AbortSignal): Promise<'completed' | 'unchanged' | 'unavailable'> {
    if (payment.stripeSessionId === null) {
      await this.giveUpWhenOld(payment);
      return 'unchanged';
    }
    const sessionId = payment.stripeSessionId;
    try {
      const session = await this.stripe.execute(
        'retrieve_session',
        (attempt) => this.gateway.retrieveSession(sessionId, attempt.signal),
        { signal },
      );
      const entry = await this.database.transaction((manager) => this.record(manager, payment, session));
      this.report(payment, entry);
      return isCompletion(entry, session) ? 'completed' : 'unchanged';
    } catch (error) {
      return await this.failed(payment, translateError(error));
    }
  }

  private async record(manager: EntityManager, { id }: Payment, session: CheckoutSession): Promise<LedgerEntry> {
    const entry = await this.ledger.recordSession(manager, session);
    // An operator wants to know that webhooks do not arrive, even though the money does.
    if (isCompletion(entry, session)) {
      await manager.getRepository(Payment).update(id, { reconciledAt: this.clock.now() });
    }
    return entry;
  }

  private async failed(payment: Payment, error: ApiError): Promise<'unchanged' | 'unavailable'> {
    if (error.code !== 'SESSION_NOT_FOUND') {
      this.logger.warn({
        msg: 'A payment could not be reconciled now',
        payment_id: payment.id,
        error_code: error.code,
      });
      await this.database.manager.getRepository(Payment).update(payment.id, { checkAt: payment.checkAt });
      return 'unavailable';
    }
    this.logger.warn({ msg: 'Stripe does not know a session of ours', payment_id: payment.id });
    await this.close(payment, payment.status === 'pending' ? 'expired' : payment.status, 'session_not_found');
    return 'unchanged';
  }

  private async giveUpWhenOld(payment: Payment): Promise<void> {
    if (secondsAfter(payment.createdAt, SESSIONLESS_LIFE_SECONDS) <= this.clock.now()) {
      await this.close(payment, 'expired', 'no_session');
    }
  }

  private async close(payment: Payment, status: PaymentStatus, failureCode: string): Promise<void> {
    await this.database.manager
      .getRepository(Payment)
      .update(
        { id: payment.id, status: In(['pending', 'failed']), ...sameSession(payment) },
        { status, failureCode, idempotencyKey: null, checkAt: null, updatedAt: this.clock.now() },
      );
  }

  private report(payment: Payment, { outcome, mismatch }: LedgerEntry): void {
    if (mismatch !== undefined) {
      const error = new PaymentMismatchError(payment.id, mismatch);
      this.errors.capture(error, { kind: 'job', service: 'stripe', operation: 'reconcile' });
    }
    if (outcome === 'applied') {
      this.logger.log({ msg: 'A payment was settled without its webhook', payment_id: payment.id });
    }
  }

  private async forgetOldEvents(): Promise<void> {
    const before = secondsAfter(this.clock.now(), -EVENT_LIFE_SECONDS);
    await this.database.manager
      .createQueryBuilder()
      .delete()
      .from(StripeEvent)
      .where('received_at < :before', { before })
      .execute();
  }
}

function isCompletion({ outcome }: LedgerEntry, { fact }: CheckoutSession): boolean {
  return outcome === 'applied' && fact === 'paid';
}

/** Nothing is closed whose session came while we were looking. */
function sameSession({ stripeSessionId }: Payment) {
  return { stripeSessionId: stripeSessionId ?? IsNull() };
}
