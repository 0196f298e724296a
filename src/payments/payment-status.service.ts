import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../platform/database/index.js';
import { NotFoundError } from '../platform/errors/index.js';
import { InjectPolicy, type ServicePolicy } from '../platform/resilience/index.js';
import { Payment } from './entities/payment.entity.js';
import { PaymentLedger } from './payment-ledger.js';
import { type CheckoutSession, PAYMENT_GATEWAY, type PaymentGateway } from './ports/payment-gateway.port.js';

/** A customer waits for this answer; the stored state serves when Stripe needs longer. */
const STATUS_TIMEOUT_MS = 5_000;

/** Tells a customer how a payment stands. */
@Injectable()
export class PaymentStatusService {
  constructor(
    private readonly database: Database,
    @Inject(PAYMENT_GATEWAY) private readonly gateway: PaymentGateway,
    @InjectPolicy('stripe') private readonly stripe: ServicePolicy,
    private readonly ledger: PaymentLedger,
  ) {}

  /**
   * The state of a payment. While it is undecided Stripe is asked, and what it says is written down, so that a webhook
   * that is late or lost keeps nobody waiting; with Stripe down the stored state is the answer.
   *
   * @throws NotFoundError `SESSION_NOT_FOUND` when this user has no such session
   */
  async ofSession(userId: string, sessionId: string): Promise<Payment> {
    const payment = await this.stored(userId, sessionId);
    if (payment.checkAt === null) {
      return payment;
    }
    const session = await this.ask(sessionId);
    if (session === null) {
      return payment;
    }
    await this.database.transaction((manager) => this.ledger.recordSession(manager, session));
    return await this.stored(userId, sessionId);
  }

  private async stored(userId: string, stripeSessionId: string): Promise<Payment> {
    const payment = await this.database.read((manager) =>
      manager.getRepository(Payment).findOneBy({ userId, stripeSessionId }),
    );
    if (payment === null) {
      throw new NotFoundError('SESSION_NOT_FOUND');
    }
    return payment;
  }

  private async ask(sessionId: string): Promise<CheckoutSession | null> {
    return await this.stripe.execute<CheckoutSession | null>(
      'retrieve_session',
      ({ signal }) => this.gateway.retrieveSession(sessionId, signal),
      // The policy has logged and counted the failure; the stored state is what we know.
      { totalTimeoutMs: STATUS_TIMEOUT_MS, fallback: () => Promise.resolve(null) },
    );
  }
}
