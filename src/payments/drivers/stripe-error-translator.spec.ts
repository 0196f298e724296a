import Stripe from 'stripe';
import { KNOWN_DECLINE_CODES } from '../decline-messages.js';
import { translateStripeError } from './stripe-error-translator.js';

const { errors } = Stripe;
const { signal } = new AbortController();

function translated(error: unknown, at: AbortSignal = signal) {
  const { code, message, status, retryable, details, cause } = translateStripeError(error, at, Stripe.errors);
  return { code, message, status, retryable, details, cause };
}

describe('translateStripeError', () => {
  it.each([
    [new errors.StripeRateLimitError({ statusCode: 429 }), 'STRIPE_RATE_LIMITED', 503, true],
    [new errors.StripeAuthenticationError({ statusCode: 401 }), 'STRIPE_AUTH_ERROR', 503, false],
    [new errors.StripePermissionError({ statusCode: 403 }), 'STRIPE_AUTH_ERROR', 503, false],
    [new errors.StripeIdempotencyError({ statusCode: 400 }), 'STRIPE_IDEMPOTENCY_CONFLICT', 409, false],
    [new errors.StripeInvalidRequestError({ statusCode: 400 }), 'STRIPE_INVALID_REQUEST', 402, false],
    [new errors.StripeConnectionError({}), 'STRIPE_CONNECTION_ERROR', 503, true],
    [new errors.StripeConnectionError({ detail: { code: 'ETIMEDOUT' } }), 'STRIPE_TIMEOUT', 503, true],
    [new errors.StripeAPIError({ statusCode: 500 }), 'STRIPE_SERVICE_ERROR', 503, true],
    [new errors.StripeAPIError({}), 'STRIPE_SERVICE_ERROR', 503, true],
    [new errors.StripeAPIError({ statusCode: 409, code: 'idempotency_key_in_use' }), 'STRIPE_SERVICE_ERROR', 503, true],
    [new errors.StripeAPIError({ statusCode: 418 }), 'STRIPE_ERROR', 402, false],
    [new TypeError('not of Stripe'), 'STRIPE_SERVICE_ERROR', 503, true],
  ])('reads %s as %s', (error, code, status, retryable) => {
    expect(translated(error)).toMatchObject({ code, status, retryable, cause: error });
  });

  it('tells a session that is not there from Stripe not being there', () => {
    const gone = new errors.StripeInvalidRequestError({ statusCode: 404, code: 'resource_missing' });
    expect(translated(gone)).toMatchObject({ code: 'SESSION_NOT_FOUND', status: 404 });
  });

  it('gives every known decline code a sentence to act on, and none of the vendor', () => {
    expect(KNOWN_DECLINE_CODES.length).toBeGreaterThanOrEqual(50);
    for (const declineCode of KNOWN_DECLINE_CODES) {
      const raw = { statusCode: 402, code: 'card_declined', decline_code: declineCode, message: 'vendor text 42' };
      const { code, message, details } = translated(new errors.StripeCardError(raw));
      expect({ code, details }).toEqual({
        code: 'STRIPE_CARD_ERROR',
        details: { stripe_code: 'card_declined', decline_code: declineCode },
      });
      expect(message).toMatch(/[Pp]lease|contact/);
      expect(message).not.toContain('vendor text');
    }
  });

  it.each(['lost_card', 'stolen_card', 'fraudulent', 'pickup_card', 'a_code_of_tomorrow'])(
    'says no more about %s than about any decline',
    (declineCode) => {
      const generic = translated(new errors.StripeCardError({ decline_code: 'generic_decline' })).message;
      expect(translated(new errors.StripeCardError({ decline_code: declineCode })).message).toBe(generic);
    },
  );

  it('obeys Stripe-Should-Retry above everything else', () => {
    const never = new errors.StripeAPIError({ statusCode: 500, headers: { 'stripe-should-retry': 'false' } });
    expect(translated(never)).toMatchObject({ code: 'STRIPE_REQUEST_FAILED', status: 503, retryable: false });
    const always = new errors.StripeInvalidRequestError({
      statusCode: 400,
      headers: { 'stripe-should-retry': 'true' },
    });
    expect(translated(always)).toMatchObject({ code: 'STRIPE_SERVICE_ERROR', retryable: true });
  });

  it('passes on how long to wait', () => {
    const busy = new errors.StripeRateLimitError({ statusCode: 429, headers: { 'retry-after': '17' } });
    expect(translated(busy).details).toEqual({ retry_after: 17 });
  });

  it('calls everything after the end of the attempt a time-out', () => {
    expect(translated(new errors.StripeConnectionError({}), AbortSignal.abort()).code).toBe('STRIPE_TIMEOUT');
  });
});
