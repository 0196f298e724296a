import type Stripe from 'stripe';
import {
  type ApiError,
  ConflictError,
  type ErrorDetails,
  ExternalServiceError,
  isApiError,
  NotFoundError,
  StripeError,
} from '../../platform/errors/index.js';
import { parseRetryAfter } from '../../platform/resilience/index.js';
import { declineMessage } from '../decline-messages.js';

export type StripeErrors = typeof Stripe.errors;

/**
 * Turns what the SDK throws into our errors, by class and code. Vendor texts stay in `cause`.
 *
 * @param signal of the attempt: a failure after it aborted is a time-out, however the SDK calls it
 * @param errors the classes of the SDK that threw
 */
export function translateStripeError(error: unknown, signal: AbortSignal, errors: StripeErrors): ApiError {
  if (isApiError(error)) {
    return error;
  }
  if (signal.aborted) {
    return new ExternalServiceError('STRIPE_TIMEOUT', { cause: error });
  }
  if (!(error instanceof errors.StripeError)) {
    return new ExternalServiceError('STRIPE_SERVICE_ERROR', { cause: error });
  }
  return adviceOf(error) ?? byClass(error, errors);
}

/** `Stripe-Should-Retry` overrides everything else (docs.stripe.com/error-low-level): Stripe knows what a retry would do. */
function adviceOf(error: Stripe.errors.StripeError): ApiError | null {
  const advice = headerOf(error, 'stripe-should-retry');
  if (advice === 'true') {
    return new ExternalServiceError(error.statusCode === 429 ? 'STRIPE_RATE_LIMITED' : 'STRIPE_SERVICE_ERROR', {
      details: retryAfter(error),
      cause: error,
    });
  }
  if (advice === 'false' && (error.statusCode ?? 0) >= 500) {
    return new ExternalServiceError('STRIPE_REQUEST_FAILED', { cause: error });
  }
  return null;
}

function byClass(error: Stripe.errors.StripeError, errors: StripeErrors): ApiError {
  if (error instanceof errors.StripeCardError) {
    return new StripeError('STRIPE_CARD_ERROR', {
      message: declineMessage(error.decline_code, error.code),
      details: { ...stripeCode(error), ...(error.decline_code ? { decline_code: error.decline_code } : {}) },
      cause: error,
    });
  }
  if (error instanceof errors.StripeRateLimitError) {
    return new ExternalServiceError('STRIPE_RATE_LIMITED', { details: retryAfter(error), cause: error });
  }
  if (error instanceof errors.StripeAuthenticationError || error instanceof errors.StripePermissionError) {
    return new ExternalServiceError('STRIPE_AUTH_ERROR', { cause: error });
  }
  if (error instanceof errors.StripeIdempotencyError) {
    return new ConflictError('STRIPE_IDEMPOTENCY_CONFLICT', { cause: error });
  }
  if (error instanceof errors.StripeConnectionError) {
    return new ExternalServiceError(isTimeout(error) ? 'STRIPE_TIMEOUT' : 'STRIPE_CONNECTION_ERROR', { cause: error });
  }
  if (error instanceof errors.StripeInvalidRequestError) {
    return invalidRequest(error);
  }
  return byStatus(error);
}

function invalidRequest(error: Stripe.errors.StripeError): ApiError {
  if (error.code === 'resource_missing' && error.statusCode === 404) {
    return new NotFoundError('SESSION_NOT_FOUND', { cause: error });
  }
  return new StripeError('STRIPE_INVALID_REQUEST', {
    details: { ...stripeCode(error), ...(error.param ? { param: error.param } : {}) },
    cause: error,
  });
}

/** What the SDK has no class for. A 409 means that a request under the same key is still running: it passes. */
function byStatus(error: Stripe.errors.StripeError): ApiError {
  const status = error.statusCode;
  if (status === undefined || status >= 500 || status === 409 || status === 408) {
    return new ExternalServiceError('STRIPE_SERVICE_ERROR', { details: retryAfter(error), cause: error });
  }
  return new StripeError('STRIPE_ERROR', { details: stripeCode(error), cause: error });
}

function stripeCode(error: Stripe.errors.StripeError): ErrorDetails {
  return error.code ? { stripe_code: error.code } : {};
}

function isTimeout(error: Stripe.errors.StripeError): boolean {
  const { detail } = error;
  const code: unknown = typeof detail === 'object' && detail !== null && 'code' in detail ? detail.code : undefined;
  return code === 'ETIMEDOUT';
}

function headerOf(error: Stripe.errors.StripeError, name: string): string | undefined {
  return error.headers?.[name];
}

function retryAfter(error: Stripe.errors.StripeError): ErrorDetails {
  const seconds = parseRetryAfter(headerOf(error, 'retry-after'), new Date());
  return seconds === undefined ? {} : { retry_after: seconds };
}
