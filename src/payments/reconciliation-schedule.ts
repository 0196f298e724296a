import type { CheckoutSession } from './ports/payment-gateway.port.js';

/** How long what Stripe said is good. Less than the five minutes between two runs, or every other run would come too early. */
export const CHECK_INTERVAL_SECONDS = 240;
/** A session lives for a day (docs.stripe.com/api/checkout/sessions); what takes longer is a bank debit, which takes days. */
const SESSION_LIFE_SECONDS = 86_400;
const SLOW_CHECK_INTERVAL_SECONDS = 3_600;

/** When to ask Stripe again about a payment, or null when the session has said its last word. */
export function nextCheckAt(session: CheckoutSession, createdAt: Date, now: Date): Date | null {
  const undecided = session.status === 'open' || (session.status === 'complete' && session.fact === null);
  if (!undecided || session.fact === 'paid' || session.fact === 'expired') {
    return null;
  }
  const ageSeconds = (now.getTime() - createdAt.getTime()) / 1_000;
  const interval = ageSeconds > SESSION_LIFE_SECONDS ? SLOW_CHECK_INTERVAL_SECONDS : CHECK_INTERVAL_SECONDS;
  return secondsAfter(now, interval);
}

export function secondsAfter(time: Date, seconds: number): Date {
  return new Date(time.getTime() + seconds * 1_000);
}
