import {
  type ApiError,
  ExternalServiceError,
  isApiError,
  NotFoundError,
  StorageError,
} from '../../platform/errors/index.js';
import { parseRetryAfter } from '../../platform/resilience/index.js';

/** What a failed call looks like: the SDK's ApiError, a GaxiosError, a FetchError or a Node.js system error. */
interface VendorError {
  readonly code?: unknown;
  readonly status?: unknown;
  readonly errors?: unknown;
  readonly response?: unknown;
  readonly cause?: unknown;
}

/** https://cloud.google.com/storage/docs/json_api/v1/status-codes: reasons of 403 and 429 that mean "too often". */
const RATE_REASONS: ReadonlySet<string> = new Set(['rateLimitExceeded', 'userRateLimitExceeded', 'slowDown']);
const QUOTA_REASONS: ReadonlySet<string> = new Set([
  'quotaExceeded',
  'storageQuotaExceeded',
  'dailyLimitExceeded',
  'usageLimits',
]);
/** OAuth 2.0 (RFC 6749 §5.2) answers of the token endpoint that say that the credentials are no good. */
const CREDENTIAL_ERRORS: ReadonlySet<string> = new Set(['invalid_grant', 'invalid_client', 'unauthorized_client']);
const CONNECTION_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ERR_STREAM_PREMATURE_CLOSE',
  'UND_ERR_SOCKET',
]);
const TIMEOUT_CODES: ReadonlySet<string> = new Set(['ETIMEDOUT', 'ESOCKETTIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT']);

/**
 * What the GCS SDK threw, as one of our errors: by status, reason and system code, never by the text of a message.
 *
 * @param operation what was being done, for `details`
 * @param now what a `Retry-After` date is compared with
 */
export function translateGcsError(error: unknown, operation: string, now: Date): ApiError {
  if (isApiError(error)) return error;
  const details = { operation };
  const options = { cause: error, details };
  if (rejectsCredentials(error)) return new ExternalServiceError('GCS_AUTH_ERROR', options);
  const status = gcsStatus(error);
  if (status === undefined) {
    const code = systemCode(error);
    if (code !== undefined && TIMEOUT_CODES.has(code)) return new ExternalServiceError('GCS_TIMEOUT', options);
    if (code !== undefined && CONNECTION_CODES.has(code))
      return new ExternalServiceError('GCS_CONNECTION_ERROR', options);
    // An answer that could not be read: broken JSON, a cut-off body.
    return new ExternalServiceError('GCS_SERVICE_ERROR', options);
  }
  return byStatus(status, reasons(error), { cause: error, details: { ...details, ...retryAfter(error, now) } });
}

/** HTTP status of the answer, or undefined when there was none. */
export function gcsStatus(error: unknown): number | undefined {
  const { code, status, response } = (error ?? {}) as VendorError;
  const fromResponse = (response ?? {}) as { readonly status?: unknown; readonly statusCode?: unknown };
  return [code, status, fromResponse.statusCode, fromResponse.status].find(
    (value): value is number => typeof value === 'number' && value >= 400 && value < 600,
  );
}

function byStatus(
  status: number,
  given: readonly string[],
  options: { readonly cause: unknown; readonly details: Readonly<Record<string, unknown>> },
): ApiError {
  if (given.some((reason) => QUOTA_REASONS.has(reason))) return new StorageError('STORAGE_QUOTA_EXCEEDED', options);
  if (status === 429 || given.some((reason) => RATE_REASONS.has(reason))) {
    return new ExternalServiceError('GCS_RATE_LIMITED', options);
  }
  if (status === 401) return new ExternalServiceError('GCS_AUTH_ERROR', options);
  if (status === 403) return new StorageError('STORAGE_PERMISSION_DENIED', options);
  if (status === 404 || status === 410) return new NotFoundError('STORAGE_OBJECT_NOT_FOUND', options);
  if (status === 408 || status === 504) return new ExternalServiceError('GCS_TIMEOUT', options);
  if (status >= 500) return new ExternalServiceError('GCS_SERVICE_ERROR', options);
  return new StorageError('STORAGE_REQUEST_REJECTED', options);
}

function reasons(error: unknown): readonly string[] {
  const { errors } = (error ?? {}) as VendorError;
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((each: unknown) => {
    const { reason } = (each ?? {}) as { readonly reason?: unknown };
    return typeof reason === 'string' ? [reason] : [];
  });
}

function rejectsCredentials(error: unknown): boolean {
  const { response } = (error ?? {}) as { readonly response?: { readonly data?: { readonly error?: unknown } } };
  const answer = response?.data?.error;
  return typeof answer === 'string' && CREDENTIAL_ERRORS.has(answer);
}

/** The first system code in the chain of causes: FetchError and GaxiosError wrap what the socket said. */
function systemCode(error: unknown): string | undefined {
  let current: unknown = error;
  for (let depth = 0; depth < 5 && typeof current === 'object' && current !== null; depth += 1) {
    const { code, cause } = current as VendorError;
    if (typeof code === 'string') return code;
    current = cause;
  }
  return undefined;
}

function retryAfter(error: unknown, now: Date): { readonly retry_after?: number } {
  const { response } = (error ?? {}) as { readonly response?: { readonly headers?: unknown } };
  const headers = response?.headers;
  const value: unknown =
    headers instanceof Headers
      ? headers.get('retry-after')
      : (headers as Record<string, unknown> | undefined)?.['retry-after'];
  if (typeof value !== 'string') return {};
  const seconds = parseRetryAfter(value, now);
  return seconds === undefined ? {} : { retry_after: seconds };
}
