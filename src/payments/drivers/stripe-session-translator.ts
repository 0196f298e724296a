import type Stripe from 'stripe';
import type { CheckoutSession } from '../ports/payment-gateway.port.js';

/** An id, or the object itself where the request or the event expanded it. */
type Expandable<T extends { readonly id: string }> = string | T | null | undefined;

/** Reads a session of Stripe; `payment_intent` may be an id or expanded, with its latest charge or without. */
export function toCheckoutSession(session: Stripe.Checkout.Session): CheckoutSession {
  const intent = expanded(session.payment_intent);
  return {
    id: session.id,
    url: session.url ?? null,
    status: sessionStatus(session),
    fact: factOf(session, intent),
    failureCode: intent === null ? null : failureCodeOf(intent),
    paymentId: session.metadata?.['payment_id'] ?? null,
    paymentIntentId: idOf(session.payment_intent),
    amountCents: session.amount_total ?? null,
    currency: session.currency ?? null,
    refundedCents: expanded(intent?.latest_charge)?.amount_refunded ?? 0,
  };
}

/** Why the last try to pay failed: the bank's reason, else Stripe's. */
export function failureCodeOf(intent: Stripe.PaymentIntent): string | null {
  const error = intent.last_payment_error;
  return error?.decline_code ?? error?.code ?? null;
}

export function idOf(value: Expandable<{ readonly id: string }>): string | null {
  return typeof value === 'string' ? value : (value?.id ?? null);
}

function expanded<T extends { readonly id: string }>(value: Expandable<T>): T | null {
  return typeof value === 'object' ? value : null;
}

const SESSION_STATES = ['open', 'complete', 'expired'] as const;

function sessionStatus({ status }: Stripe.Checkout.Session): CheckoutSession['status'] {
  return SESSION_STATES.find((known) => known === status) ?? null;
}

/** A completed session is not a paid one: bank debits complete it long before the money comes, or does not. */
function factOf(session: Stripe.Checkout.Session, intent: Stripe.PaymentIntent | null): CheckoutSession['fact'] {
  if (session.payment_status === 'paid') {
    return 'paid';
  }
  if (session.status === 'expired') {
    return 'expired';
  }
  const gaveUp = intent?.status === 'requires_payment_method' || intent?.status === 'canceled';
  return session.status === 'complete' && gaveUp ? 'declined' : null;
}
