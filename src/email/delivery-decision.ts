import type { ApiError, ErrorCode } from '../platform/errors/index.js';

/** Pauses between tries, in seconds; the last one repeats. */
const BACKOFF_SECONDS = [5, 30, 120, 300, 900] as const;
const LAST_BACKOFF_SECONDS = 900;
/** How long a mail is tried before it is given up. */
export const DELIVERY_LIFE_SECONDS = 72 * 3_600;

/** Refusals of this very mail; everything else may pass. */
const PERMANENT: ReadonlySet<ErrorCode> = new Set(['EMAIL_ADDRESS_REJECTED', 'EMAIL_CONTENT_REJECTED']);

export type DeliveryDecision = { readonly kind: 'dead' } | { readonly kind: 'retry'; readonly delaySeconds: number };

/**
 * What becomes of a mail that could not be sent.
 *
 * @param attempts tries so far, this one included
 * @param ageSeconds since it was written, or an operator last let it live again
 * @param random number in [0, 1), spreads the tries of many mails by ±20 %
 */
export function afterFailure(
  error: ApiError,
  { attempts, ageSeconds }: { readonly attempts: number; readonly ageSeconds: number },
  random: number,
): DeliveryDecision {
  if (PERMANENT.has(error.code) || ageSeconds >= DELIVERY_LIFE_SECONDS) {
    return { kind: 'dead' };
  }
  const backoff = BACKOFF_SECONDS[attempts - 1] ?? LAST_BACKOFF_SECONDS;
  const asked = error.code === 'EMAIL_RATE_LIMITED' ? (error.retryAfterSeconds ?? 0) : 0;
  const left = DELIVERY_LIFE_SECONDS - ageSeconds;
  // The last try falls on the end of the mail's life rather than after it.
  return { kind: 'retry', delaySeconds: Math.ceil(Math.min(left, Math.max(asked, backoff * (0.8 + 0.4 * random)))) };
}
