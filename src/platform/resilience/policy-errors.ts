import type { ServiceName } from '../../config/index.js';
import { type ApiError, type ApiErrorOptions, ExternalServiceError, RenderingTimeoutError } from '../errors/index.js';

type Refusal = (options: ApiErrorOptions) => ApiError;

/** How each service's refusals are called; a new service does not compile without its line. */
const ERRORS: Readonly<Record<ServiceName, { readonly unavailable: Refusal; readonly timeout: Refusal }>> = {
  stripe: {
    unavailable: (options) => new ExternalServiceError('STRIPE_UNAVAILABLE', options),
    timeout: (options) => new ExternalServiceError('STRIPE_TIMEOUT', options),
  },
  gcs: {
    unavailable: (options) => new ExternalServiceError('GCS_UNAVAILABLE', options),
    timeout: (options) => new ExternalServiceError('GCS_TIMEOUT', options),
  },
  sendgrid: {
    unavailable: (options) => new ExternalServiceError('SENDGRID_UNAVAILABLE', options),
    timeout: (options) => new ExternalServiceError('SENDGRID_TIMEOUT', options),
  },
  rendering: {
    unavailable: (options) => new ExternalServiceError('RENDERING_UNAVAILABLE', options),
    timeout: (options) => new RenderingTimeoutError('RENDERING_TIMEOUT', options),
  },
};

/**
 * The circuit of `service` refuses the call.
 * @param remainingMs how much longer it certainly will
 */
export function circuitOpenError(service: ServiceName, remainingMs: number): ApiError {
  const retryAfterSeconds = Math.max(1, Math.ceil(remainingMs / 1_000));
  return ERRORS[service].unavailable({ details: { retry_after: retryAfterSeconds } });
}

/** An attempt did not end in time. @param cause what the work said when it was cancelled */
export function attemptTimeoutError(service: ServiceName, cause: unknown): ApiError {
  return ERRORS[service].timeout(cause === undefined ? {} : { cause });
}

/** All places and waiting places of the bulkhead are taken, or waiting for one used up the time of the call. */
export function overloadedError(cause: unknown): ApiError {
  return new ExternalServiceError('SERVICE_UNAVAILABLE', { details: { retry_after: 1 }, cause });
}
