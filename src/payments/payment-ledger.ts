import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, IsNull, Not } from 'typeorm';
import { User } from '../auth/index.js';
import { EmailOutbox } from '../email/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { Payment } from './entities/payment.entity.js';
import { StripeEvent, type StripeEventOutcome } from './entities/stripe-event.entity.js';
import type { PaymentStatus } from './payment-status.js';
import type { MismatchReason } from './payments.errors.js';
import { nextStatus } from './payment-transitions.js';
import type { CheckoutSession } from './ports/payment-gateway.port.js';
import { nextCheckAt } from './reconciliation-schedule.js';
import { TIERS } from './tiers.js';

/** What recording a fact did, and to which payment. */
export interface LedgerEntry {
  readonly outcome: StripeEventOutcome;
  readonly paymentId: string | null;
  /** Why it was `refused`. */
  readonly mismatch?: MismatchReason;
}

/** Whose money a fact is about, as far as the fact says. */
interface PaymentReference {
  readonly paymentId: string | null;
  readonly paymentIntentId: string | null;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const UNMATCHED: LedgerEntry = { outcome: 'unmatched', paymentId: null };

/**
 * The books: writes what Stripe says into our rows, inside the caller's transaction and under a row lock.
 *
 * Webhooks, status requests and the reconciliation all end here, so that a fact has the same effect whoever brings
 * it, in whatever order, however often.
 */
@Injectable()
export class PaymentLedger {
  constructor(
    private readonly outbox: EmailOutbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Records what a checkout session says about the money, and the receipt that follows from it. */
  async recordSession(manager: EntityManager, session: CheckoutSession): Promise<LedgerEntry> {
    await lockPaymentIntent(manager, session.paymentIntentId);
    const payment = await this.ofSession(manager, session);
    if (payment === null) {
      return UNMATCHED;
    }
    const mismatch = mismatchOf(payment, session);
    if (mismatch !== null) {
      await this.update(manager, payment, { failureCode: payment.failureCode ?? mismatch, checkAt: null });
      return { outcome: 'refused', paymentId: payment.id, mismatch };
    }
    if (payment.stripeSessionId !== null && payment.stripeSessionId !== session.id && session.fact !== 'paid') {
      return { outcome: 'ignored', paymentId: payment.id };
    }
    const changed = await this.applySession(manager, payment, session);
    return { outcome: changed ? 'applied' : 'ignored', paymentId: payment.id };
  }

  /** Records that a try to pay failed. The customer may still try another card in the same session. */
  async recordDecline(
    manager: EntityManager,
    reference: PaymentReference,
    failureCode: string | null,
  ): Promise<LedgerEntry> {
    await lockPaymentIntent(manager, reference.paymentIntentId);
    const payment = await find(manager, reference);
    if (payment === null) {
      return UNMATCHED;
    }
    const status = nextStatus(payment.status, 'declined');
    if (status === null) {
      return { outcome: 'ignored', paymentId: payment.id };
    }
    const { paymentIntentId } = reference;
    await this.update(manager, payment, { status, failureCode, stripePaymentIntentId: paymentIntentId });
    return { outcome: 'applied', paymentId: payment.id };
  }

  /**
   * Records what was given back so far. Once it is everything the payment is refunded; a credit in it is gone.
   * A refund whose payment is not known yet is `unmatched`: its event is kept and counts when the payment comes.
   */
  async recordRefund(manager: EntityManager, reference: PaymentReference, refundedCents: number): Promise<LedgerEntry> {
    await lockPaymentIntent(manager, reference.paymentIntentId);
    const payment = await find(manager, reference);
    if (payment === null) {
      return UNMATCHED;
    }
    const changed = await this.applyRefund(manager, payment, refundedCents);
    return { outcome: changed ? 'applied' : 'ignored', paymentId: payment.id };
  }

  private async ofSession(manager: EntityManager, session: CheckoutSession): Promise<Payment | null> {
    const byOrder = await find(manager, { paymentId: session.paymentId, paymentIntentId: null });
    return (
      byOrder ??
      (await manager
        .getRepository(Payment)
        .findOne({ where: { stripeSessionId: session.id }, lock: { mode: 'pessimistic_write' } }))
    );
  }

  private async applySession(manager: EntityManager, payment: Payment, session: CheckoutSession): Promise<boolean> {
    const now = this.clock.now();
    const status = session.fact === null ? null : nextStatus(payment.status, session.fact);
    await this.update(manager, payment, {
      stripeSessionId: session.id,
      stripeStatus: laterStatus(payment.stripeStatus, session.status),
      stripePaymentIntentId: session.paymentIntentId ?? payment.stripePaymentIntentId,
      checkAt: isUndecided(status ?? payment.status) ? nextCheckAt(session, payment.createdAt, now) : null,
      ...(session.fact === 'declined' && status !== null ? { failureCode: session.failureCode } : {}),
      ...(status === 'completed' ? { completedAt: now, failureCode: null } : {}),
      ...(status === null ? {} : { status }),
    });
    if (status === 'completed') {
      await this.writeReceipt(manager, payment);
    }
    if (session.fact !== 'paid') {
      return status !== null;
    }
    const refundedCents = Math.max(session.refundedCents, await earlierRefund(manager, session.paymentIntentId));
    const refunded = refundedCents > 0 && (await this.applyRefund(manager, payment, refundedCents));
    return status !== null || refunded;
  }

  private async applyRefund(manager: EntityManager, payment: Payment, refundedCents: number): Promise<boolean> {
    if (refundedCents <= payment.refundedCents) {
      return false;
    }
    const status = refundedCents >= payment.amountCents ? nextStatus(payment.status, 'refunded') : null;
    const refundedAt = this.clock.now();
    await this.update(manager, payment, { refundedCents, refundedAt, ...(status === null ? {} : { status }) });
    return true;
  }

  private async writeReceipt(manager: EntityManager, payment: Payment): Promise<void> {
    const user = await manager.getRepository(User).findOneByOrFail({ id: payment.userId });
    await this.outbox.enqueue(manager, {
      template: 'payment_receipt',
      to: user.email,
      userId: user.id,
      dedupeKey: `payment_receipt:${payment.id}`,
      data: {
        tierName: TIERS[payment.tier].name,
        amountCents: payment.amountCents,
        currency: payment.currency,
      },
    });
  }

  private async update(manager: EntityManager, payment: Payment, changes: Partial<Payment>): Promise<void> {
    Object.assign(payment, changes, { updatedAt: this.clock.now() });
    await manager.getRepository(Payment).update(payment.id, { ...changes, updatedAt: payment.updatedAt });
  }
}

/**
 * Two facts about one payment intent wait for each other, also when its payment's row is not found by one of them:
 * else a refund and the payment it undoes could each miss the other.
 */
async function lockPaymentIntent(manager: EntityManager, paymentIntentId: string | null): Promise<void> {
  if (paymentIntentId !== null) {
    await manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`payment_intent:${paymentIntentId}`]);
  }
}

async function find(manager: EntityManager, { paymentId, paymentIntentId }: PaymentReference): Promise<Payment | null> {
  const payments = manager.getRepository(Payment);
  const lock = { mode: 'pessimistic_write' } as const;
  if (paymentId !== null && UUID.test(paymentId)) {
    return await payments.findOne({ where: { id: paymentId }, lock });
  }
  return paymentIntentId === null
    ? null
    : await payments.findOne({ where: { stripePaymentIntentId: paymentIntentId }, lock });
}

/** A session never opens again, so what says so is merely older than what we know. */
function laterStatus(known: string | null, told: string | null): string | null {
  return known === null || known === 'open' ? (told ?? known) : known;
}

function isUndecided(status: PaymentStatus): boolean {
  return status === 'pending' || status === 'failed';
}

/** The most that unmatched events said was given back of this intent. */
async function earlierRefund(manager: EntityManager, paymentIntentId: string | null): Promise<number> {
  if (paymentIntentId === null) {
    return 0;
  }
  const [latest] = await manager.getRepository(StripeEvent).find({
    where: { paymentIntentId, outcome: 'unmatched', refundedCents: Not(IsNull()) },
    order: { refundedCents: 'DESC' },
    take: 1,
  });
  return latest?.refundedCents ?? 0;
}

/** Money for another amount, in another currency, for another order, or a second time is nobody's credit. */
function mismatchOf(payment: Payment, session: CheckoutSession): MismatchReason | null {
  if (session.paymentId !== null && session.paymentId !== payment.id) {
    return 'payment_mismatch';
  }
  if (session.fact !== 'paid') {
    return null;
  }
  if (session.amountCents !== payment.amountCents || session.currency !== payment.currency) {
    return 'amount_mismatch';
  }
  const paidBefore = payment.completedAt !== null;
  return paidBefore && payment.stripeSessionId !== null && payment.stripeSessionId !== session.id ? 'paid_twice' : null;
}
