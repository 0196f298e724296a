import type { PaymentStatus } from './payment-status.js';

/** What Stripe can tell us about a payment, whatever told it: a webhook, a status request or the reconciliation. */
export type PaymentFact = 'paid' | 'declined' | 'expired' | 'refunded';

/**
 * From each state, where a fact leads; a fact that is not listed changes nothing.
 *
 * The table makes order and repetition harmless (Stripe sends events twice, late and in any order):
 * - money that came always becomes a credit, also after a decline (the customer tried another card in the same
 *   session) and after an expiry that overtook the payment;
 * - expiry and decline count only while nothing is paid;
 * - a refund is final from everywhere, and one that comes before the payment it undoes is remembered: the late
 *   `paid` then finds `refunded` and stops there.
 *
 * `completed` <-> `consumed` is not Stripe's business and lies with the credits.
 */
const TRANSITIONS: Readonly<Record<PaymentStatus, Partial<Record<PaymentFact, PaymentStatus>>>> = {
  pending: { paid: 'completed', declined: 'failed', expired: 'expired', refunded: 'refunded' },
  failed: { paid: 'completed', refunded: 'refunded' },
  expired: { paid: 'completed', refunded: 'refunded' },
  completed: { refunded: 'refunded' },
  consumed: { refunded: 'refunded' },
  refunded: {},
};

/** The state that follows, or null when the fact changes nothing. */
export function nextStatus(status: PaymentStatus, fact: PaymentFact): PaymentStatus | null {
  return TRANSITIONS[status][fact] ?? null;
}
