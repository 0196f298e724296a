import type Stripe from 'stripe';
import { ApiError } from '../../platform/errors/index.js';
import type { CheckoutSession, GatewayEvent } from '../ports/payment-gateway.port.js';
import { failureCodeOf, idOf, toCheckoutSession } from './stripe-session-translator.js';

/**
 * Reads a verified event in our terms; types that mean nothing to us become `other`.
 *
 * @throws ApiError `WEBHOOK_PAYLOAD_INVALID` when it is no event of the expected shape
 */
export function toGatewayEvent(event: Stripe.Event): GatewayEvent {
  try {
    return translate(event);
  } catch (error) {
    throw new ApiError('WEBHOOK_PAYLOAD_INVALID', { cause: error });
  }
}

function translate(event: Stripe.Event): GatewayEvent {
  if (typeof event.id !== 'string' || event.id === '' || typeof event.type !== 'string') {
    throw new TypeError('An event has an id and a type');
  }
  const base = { id: event.id, type: event.type, occurredAt: new Date(event.created * 1_000) };
  const session = sessionOf(event);
  if (session !== null) {
    return { ...base, kind: 'session', session };
  }
  if (event.type === 'payment_intent.payment_failed') {
    const intent = event.data.object;
    return {
      ...base,
      kind: 'decline',
      paymentId: intent.metadata?.['payment_id'] ?? null,
      paymentIntentId: intent.id,
      failureCode: failureCodeOf(intent),
    };
  }
  if (event.type === 'charge.refunded') {
    const charge = event.data.object;
    return {
      ...base,
      kind: 'refund',
      paymentId: charge.metadata?.['payment_id'] ?? null,
      paymentIntentId: idOf(charge.payment_intent),
      refundedCents: charge.amount_refunded,
    };
  }
  return { ...base, kind: 'other' };
}

function sessionOf(event: Stripe.Event): CheckoutSession | null {
  if (event.type === 'checkout.session.completed' || event.type === 'checkout.session.async_payment_succeeded') {
    return toCheckoutSession(event.data.object);
  }
  if (event.type === 'checkout.session.async_payment_failed') {
    return { ...toCheckoutSession(event.data.object), fact: 'declined' };
  }
  if (event.type === 'checkout.session.expired') {
    return { ...toCheckoutSession(event.data.object), fact: 'expired' };
  }
  return null;
}
