import { Inject, Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../config/index.js';
import { Database } from '../platform/database/index.js';
import { ConflictError, isApiError } from '../platform/errors/index.js';
import { InjectPolicy, type ServicePolicy } from '../platform/resilience/index.js';
import { CLOCK, type Clock, newId } from '../platform/time/index.js';
import { Payment } from './entities/payment.entity.js';
import { type CheckoutSession, PAYMENT_GATEWAY, type PaymentGateway } from './ports/payment-gateway.port.js';
import { type RedirectUrls, redirectUrls } from './redirect-urls.js';
import { CHECK_INTERVAL_SECONDS, secondsAfter } from './reconciliation-schedule.js';
import { type TierId, TIERS } from './tiers.js';

export interface CheckoutInput {
  readonly tier: TierId;
  readonly successUrl?: string | undefined;
  readonly cancelUrl?: string | undefined;
  /** The caller's `Idempotency-Key`. */
  readonly idempotencyKey: string | null;
}

export interface Customer {
  readonly id: string;
  readonly email: string;
}

/** A payment whose checkout page exists. */
export type OpenPayment = Payment & { readonly stripeSessionId: string };

/**
 * Opens checkout sessions.
 *
 * Our row is committed before Stripe is asked, and Stripe's idempotency key is derived from its id. So a repeated
 * call, a lost answer and a crash between Stripe's answer and our commit all lead to the same session.
 */
@Injectable()
export class CheckoutService {
  private readonly logger = new Logger(CheckoutService.name);
  /** Sessions being opened by this process, so that simultaneous repeats of one request share one call. */
  private readonly opening = new Map<string, Promise<OpenPayment>>();

  constructor(
    private readonly database: Database,
    @Inject(PAYMENT_GATEWAY) private readonly gateway: PaymentGateway,
    @InjectPolicy('stripe') private readonly stripe: ServicePolicy,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Makes a payment with its checkout session, or finds the one made before under the same idempotency key.
   *
   * @throws ValidationError when a redirect URL is not one of ours
   * @throws ConflictError `IDEMPOTENCY_KEY_REUSED` when the key came with other input before
   * @throws ExternalServiceError `STRIPE_*` when Stripe could not be reached; nothing is owed then
   */
  async open(customer: Customer, input: CheckoutInput): Promise<OpenPayment> {
    const { http } = this.config;
    const urls = redirectUrls(input, http.publicUrl, http.corsOrigins);
    const payment = await this.database.transaction((manager) => this.order(manager, customer, input, urls));
    if (isOpen(payment)) {
      return payment;
    }
    const underWay = this.opening.get(payment.id);
    if (underWay !== undefined) {
      return await underWay;
    }
    const opening = this.openSession(payment).finally(() => this.opening.delete(payment.id));
    this.opening.set(payment.id, opening);
    return await opening;
  }

  private async order(
    manager: EntityManager,
    customer: Customer,
    input: CheckoutInput,
    urls: RedirectUrls,
  ): Promise<Payment> {
    const payments = manager.getRepository(Payment);
    const draft = this.draft(customer, input, urls);
    const { raw } = await payments.createQueryBuilder().insert().values(draft).orIgnore().returning('id').execute();
    if (Array.isArray(raw) && raw.length > 0) {
      return await payments.findOneByOrFail({ id: draft.id });
    }
    const present = await payments.findOneByOrFail({ userId: customer.id, idempotencyKey: draft.idempotencyKey ?? '' });
    if (present.tier !== draft.tier || present.successUrl !== urls.successUrl || present.cancelUrl !== urls.cancelUrl) {
      throw new ConflictError('IDEMPOTENCY_KEY_REUSED');
    }
    return present;
  }

  private draft(customer: Customer, { tier, idempotencyKey }: CheckoutInput, urls: RedirectUrls) {
    const now = this.clock.now();
    const { amountCents, currency } = TIERS[tier];
    return {
      id: newId(),
      userId: customer.id,
      customerEmail: customer.email,
      tier,
      amountCents,
      currency,
      status: 'pending' as const,
      ...urls,
      idempotencyKey,
      checkAt: secondsAfter(now, CHECK_INTERVAL_SECONDS),
      createdAt: now,
      updatedAt: now,
    };
  }

  private async openSession(payment: Payment): Promise<OpenPayment> {
    let session: CheckoutSession;
    try {
      session = await this.stripe.execute('create_session', ({ signal }) =>
        this.gateway.createSession(
          {
            paymentId: payment.id,
            userId: payment.userId,
            customerEmail: payment.customerEmail,
            tier: payment.tier,
            productName: `Oriel Signal FX Pro: ${TIERS[payment.tier].name} video`,
            amountCents: payment.amountCents,
            currency: payment.currency,
            successUrl: payment.successUrl,
            cancelUrl: payment.cancelUrl,
          },
          signal,
        ),
      );
    } catch (error) {
      await this.abandonIfFinal(payment, error);
      throw error;
    }
    return await this.save(payment, session);
  }

  private async save(payment: Payment, session: CheckoutSession): Promise<OpenPayment> {
    const { id } = payment;
    return await this.database.transaction(async (manager) => {
      const payments = manager.getRepository(Payment);
      const current = await payments.findOneOrFail({ where: { id }, lock: { mode: 'pessimistic_write' } });
      const changes = {
        stripeSessionId: current.stripeSessionId ?? session.id,
        sessionUrl: current.sessionUrl ?? session.url,
        stripeStatus: current.stripeStatus ?? session.status,
        stripePaymentIntentId: current.stripePaymentIntentId ?? session.paymentIntentId,
        updatedAt: this.clock.now(),
      };
      await payments.update(id, changes);
      return Object.assign(current, changes);
    });
  }

  /**
   * A payment nobody can come back to is closed, so that it is not waited for: when Stripe refused it for good (its key
   * is free again then), or when the answer is lost and the caller gave no key to ask again with. Nobody has the URL of
   * a session that may exist all the same; should money ever come for it, the ledger still makes a credit of it.
   */
  private async abandonIfFinal(payment: Payment, error: unknown): Promise<void> {
    const final = isApiError(error) && !error.retryable;
    if (!final && payment.idempotencyKey !== null) {
      return;
    }
    try {
      await this.database.manager.getRepository(Payment).update(
        { id: payment.id, status: 'pending' },
        {
          status: 'failed',
          failureCode: isApiError(error) ? error.code.toLowerCase() : 'unknown',
          idempotencyKey: null,
          checkAt: null,
          updatedAt: this.clock.now(),
        },
      );
    } catch (failure) {
      // The reconciliation closes it later; what the caller must hear is why there is no session.
      this.logger.warn({ msg: 'A payment without session could not be closed', payment_id: payment.id, err: failure });
    }
  }
}

function isOpen(payment: Payment): payment is OpenPayment {
  return payment.stripeSessionId !== null;
}
