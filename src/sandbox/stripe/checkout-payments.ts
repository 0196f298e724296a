import type { CheckoutSessions } from './checkout-sessions.js';
import type { StripeLedger } from './stripe-ledger.js';
import type { Charge, CheckoutSession, PaymentFailure, PaymentIntent, StoredSession } from './stripe-objects.js';
import { behaviourOf, type CardBehaviour } from './test-cards.js';

/** What the payer learns. */
export type PaymentOutcome =
  | { readonly kind: 'complete'; readonly session: CheckoutSession; readonly redirectUrl: string }
  | { readonly kind: 'declined'; readonly session: CheckoutSession; readonly failure: PaymentFailure }
  | { readonly kind: 'not_open'; readonly session: CheckoutSession };

export interface Payer {
  /** A card number or the alias of a test card. */
  readonly card: string;
  readonly email: string | null;
}

/** Paying a checkout session: at once, by a payment that settles later, or not at all. */
export class CheckoutPayments {
  constructor(
    private readonly ledger: StripeLedger,
    private readonly sessions: CheckoutSessions,
    private readonly settlementMs: number,
  ) {}

  /** @throws StripeRefusal 404 for a session that does not exist. */
  pay(sessionId: string, payer: Payer): PaymentOutcome {
    const stored = this.sessions.stored(sessionId);
    if (stored.session.status !== 'open') return { kind: 'not_open', session: stored.session };
    const card = behaviourOf(payer.card);
    switch (card.kind) {
      case 'unusable':
        return { kind: 'declined', session: this.sessions.view(stored.session), failure: card.failure };
      case 'declined':
        return this.decline(stored, card);
      case 'pays':
      case 'settles_later':
        return this.complete(stored, card, payer.email);
      default:
        return card satisfies never;
    }
  }

  /** Settles the asynchronous payments whose time has come. */
  settleDue(): void {
    const nowMs = this.ledger.clock.now().getTime();
    for (const { sessionId, dueAtMs, outcome } of this.ledger.list('settlements')) {
      if (dueAtMs <= nowMs) this.settle(sessionId, outcome);
    }
  }

  private complete(
    stored: StoredSession,
    card: Extract<CardBehaviour, { kind: 'pays' | 'settles_later' }>,
    email: string | null,
  ): PaymentOutcome {
    const later = card.kind === 'settles_later';
    const payerEmail = email ?? stored.session.customer_email;
    const charge = this.newCharge(stored, card, later ? 'pending' : 'succeeded', null);
    const intent: PaymentIntent = {
      ...this.intentOf(stored, charge.payment_intent),
      amount_received: later ? 0 : charge.amount,
      last_payment_error: null,
      latest_charge: charge.id,
      receipt_email: payerEmail,
      status: later ? 'processing' : 'succeeded',
    };
    const session: CheckoutSession = {
      ...stored.session,
      customer_details: { email: payerEmail, name: null },
      payment_intent: intent.id,
      payment_status: later ? 'unpaid' : 'paid',
      status: 'complete',
    };
    const { ledger } = this;
    ledger.commit(
      ledger.put('sessions', session.id, { ...stored, session }),
      ledger.put('open_sessions', session.id, null),
      ledger.put('payment_intents', intent.id, intent),
      ledger.put('charges', charge.id, charge),
      ...(later
        ? [
            ledger.put('settlements', session.id, {
              sessionId: session.id,
              dueAtMs: ledger.clock.now().getTime() + this.settlementMs,
              outcome: card.outcome,
            }),
          ]
        : []),
      ...ledger.event('checkout.session.completed', session),
    );
    return { kind: 'complete', session, redirectUrl: successUrl(session) };
  }

  private decline(stored: StoredSession, card: Extract<CardBehaviour, { kind: 'declined' }>): PaymentOutcome {
    const charge = this.newCharge(stored, card, 'failed', card.failure);
    const failure: PaymentFailure = { ...card.failure, charge: charge.id };
    const intent: PaymentIntent = {
      ...this.intentOf(stored, charge.payment_intent),
      last_payment_error: failure,
      latest_charge: charge.id,
      status: 'requires_payment_method',
    };
    const session: CheckoutSession = { ...stored.session, payment_intent: intent.id };
    const { ledger } = this;
    ledger.commit(
      ledger.put('sessions', session.id, { ...stored, session }),
      ledger.put('payment_intents', intent.id, intent),
      ledger.put('charges', charge.id, charge),
      ...ledger.event('payment_intent.payment_failed', intent),
    );
    return { kind: 'declined', session: this.sessions.view(session), failure };
  }

  private settle(sessionId: string, outcome: 'succeeds' | 'fails'): void {
    const { ledger } = this;
    const stored = ledger.get('sessions', sessionId);
    const intent = ledger.get('payment_intents', stored?.session.payment_intent ?? '');
    const charge = ledger.get('charges', intent?.latest_charge ?? '');
    if (stored === undefined || intent === undefined || charge === undefined) {
      throw new Error(`The payment of ${sessionId} is incomplete in the ledger`);
    }
    const paid = outcome === 'succeeds';
    const failure: PaymentFailure = {
      type: 'card_error',
      code: 'payment_intent_payment_attempt_failed',
      message: 'The payment failed.',
      charge: charge.id,
    };
    const session: CheckoutSession = { ...stored.session, payment_status: paid ? 'paid' : 'unpaid' };
    const settledIntent: PaymentIntent = paid
      ? { ...intent, amount_received: intent.amount, status: 'succeeded' }
      : { ...intent, last_payment_error: failure, status: 'requires_payment_method' };
    ledger.commit(
      ledger.put('settlements', sessionId, null),
      ledger.put('sessions', sessionId, { ...stored, session }),
      ledger.put('payment_intents', intent.id, settledIntent),
      ledger.put('charges', charge.id, {
        ...charge,
        amount_captured: paid ? charge.amount : 0,
        captured: paid,
        failure_code: paid ? null : failure.code,
        failure_message: paid ? null : failure.message,
        paid,
        status: paid ? 'succeeded' : 'failed',
      }),
      ...ledger.event(
        paid ? 'checkout.session.async_payment_succeeded' : 'checkout.session.async_payment_failed',
        session,
      ),
      ...(paid ? [] : ledger.event('payment_intent.payment_failed', settledIntent)),
    );
  }

  /** The session's payment intent, or the one it gets with the first attempt to pay. */
  private intentOf({ session, intentMetadata, description }: StoredSession, id: string): PaymentIntent {
    return (
      this.ledger.get('payment_intents', id) ?? {
        id,
        object: 'payment_intent',
        amount: session.amount_total,
        amount_received: 0,
        created: this.ledger.seconds(),
        currency: session.currency,
        description,
        last_payment_error: null,
        latest_charge: null,
        livemode: false,
        metadata: intentMetadata,
        payment_method_types: session.payment_method_types,
        receipt_email: session.customer_email,
        status: 'requires_payment_method',
      }
    );
  }

  private newCharge(
    { session, intentMetadata, description }: StoredSession,
    card: { readonly brand: string; readonly last4: string },
    status: Charge['status'],
    failure: PaymentFailure | null,
  ): Charge {
    return {
      id: this.ledger.newId('ch'),
      object: 'charge',
      amount: session.amount_total,
      amount_captured: status === 'succeeded' ? session.amount_total : 0,
      amount_refunded: 0,
      billing_details: { email: session.customer_email },
      captured: status === 'succeeded',
      created: this.ledger.seconds(),
      currency: session.currency,
      description,
      disputed: false,
      failure_code: failure?.code ?? null,
      failure_message: failure?.message ?? null,
      livemode: false,
      metadata: intentMetadata,
      outcome:
        failure === null
          ? { network_status: 'approved_by_network', reason: null, type: 'authorized' }
          : {
              network_status: 'declined_by_network',
              reason: failure.decline_code ?? failure.code,
              type: 'issuer_declined',
            },
      paid: status === 'succeeded',
      payment_intent: session.payment_intent ?? this.ledger.newId('pi'),
      payment_method_details: { type: 'card', card: { brand: card.brand, last4: card.last4 } },
      refunded: false,
      status,
    };
  }
}

/** Where the payer goes after paying, with the id of the session in the place made for it. */
export function successUrl(session: CheckoutSession): string {
  return session.success_url.replaceAll('{CHECKOUT_SESSION_ID}', session.id);
}
