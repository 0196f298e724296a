import type { OpenPayment } from '../checkout.service.js';
import { declineMessage } from '../decline-messages.js';
import type { Payment } from '../entities/payment.entity.js';
import { type Tier, TIERS } from '../tiers.js';
import type { CheckoutSessionResponse, PaymentStatusResponse, TierResponse } from './payments.response.js';

/** The price list on the wire. `resolution` is the largest of the tier. */
export function wireTiers(): TierResponse[] {
  return Object.values(TIERS).map(({ id, name, amountCents, currency, resolutions, maxDurationSeconds }: Tier) => ({
    id,
    name,
    amount: amountCents,
    currency,
    resolution: resolutions[0] ?? '',
    resolutions,
    max_duration_seconds: maxDurationSeconds,
  }));
}

/** Answer to the creation of a session. */
export function wireSession(payment: OpenPayment): CheckoutSessionResponse {
  return {
    payment_id: payment.id,
    session_id: payment.stripeSessionId,
    session_url: payment.sessionUrl,
    amount: payment.amountCents,
    currency: payment.currency,
    status: payment.status,
  };
}

/** How a payment stands; a failed one says what the customer can do. */
export function wireStatus(payment: Payment): PaymentStatusResponse {
  return {
    payment_id: payment.id,
    session_id: payment.stripeSessionId,
    status: payment.status,
    stripe_status: payment.stripeStatus,
    amount: payment.amountCents,
    currency: payment.currency,
    created_at: payment.createdAt.toISOString(),
    ...(payment.status === 'failed' ? { failure_message: declineMessage(payment.failureCode) } : {}),
  };
}
