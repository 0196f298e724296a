import {
  ApiError,
  EmailError,
  type ErrorDetails,
  ExternalServiceError,
  isApiError,
  ValidationError,
} from '../../platform/errors/index.js';

/** Codes of a connection that did not come about or broke; the HTTP client passes Node's on. */
const TIMEOUT_CODES: ReadonlySet<string> = new Set(['ECONNABORTED', 'ETIMEDOUT']);

interface SendgridAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly fields: readonly string[];
}

/**
 * Turns what the SDK throws into our errors, by status and by the fields that SendGrid complains about.
 *
 * @param signal of the attempt: a failure after it aborted is a time-out, however the SDK calls it
 * @param now what `X-RateLimit-Reset` (epoch seconds) is compared with
 */
export function translateSendgridError(error: unknown, signal: AbortSignal, now: Date): ApiError {
  if (isApiError(error)) {
    return error;
  }
  const answer = answerOf(error);
  if (answer !== null) {
    return byStatus(answer, error, now);
  }
  if (signal.aborted || TIMEOUT_CODES.has(connectionCode(error) ?? '')) {
    return new ExternalServiceError('SENDGRID_TIMEOUT', { cause: error });
  }
  return new ExternalServiceError('SENDGRID_CONNECTION_ERROR', { cause: error });
}

function byStatus(answer: SendgridAnswer, cause: unknown, now: Date): ApiError {
  const { status } = answer;
  if (status === 401 || status === 403) {
    return new ExternalServiceError('SENDGRID_AUTH_ERROR', { cause });
  }
  if (status === 429) {
    return new EmailError('EMAIL_RATE_LIMITED', { details: rateLimitReset(answer, now), cause });
  }
  if (status === 408 || status >= 500) {
    return new ExternalServiceError('SENDGRID_SERVICE_ERROR', { cause });
  }
  return refusal(answer, cause);
}

/** A 4xx is about this message and will not change: the address where a recipient field is named, else its content. */
function refusal({ fields }: SendgridAnswer, cause: unknown): ApiError {
  const recipient = fields.find((field) => /^personalizations\.\d+\.(?:to|cc|bcc)\b/.test(field));
  if (recipient === undefined) {
    return new ApiError('EMAIL_CONTENT_REJECTED', {
      details: fields[0] === undefined ? {} : { field: fields[0] },
      cause,
    });
  }
  const problem = { field: recipient, message: 'This e-mail address does not accept messages.' };
  return new ValidationError(problem, { code: 'EMAIL_ADDRESS_REJECTED', details: { field: recipient }, cause });
}

function rateLimitReset({ headers }: SendgridAnswer, now: Date): ErrorDetails {
  const resetAtSeconds = Number(headers['x-ratelimit-reset']);
  if (!Number.isFinite(resetAtSeconds) || resetAtSeconds <= 0) {
    return {};
  }
  return { retry_after: Math.max(1, Math.ceil(resetAtSeconds - now.getTime() / 1_000)) };
}

/** The SDK's ResponseError carries the status as `code` and the rest as `response`. */
function answerOf(error: unknown): SendgridAnswer | null {
  if (!isRecord(error) || typeof error['code'] !== 'number' || !isRecord(error['response'])) {
    return null;
  }
  const { headers, body } = error['response'];
  const errors: unknown = isRecord(body) ? body['errors'] : undefined;
  const fields = Array.isArray(errors) ? errors.flatMap((entry: unknown) => fieldOf(entry) ?? []) : [];
  return { status: error['code'], headers: isRecord(headers) ? headers : {}, fields };
}

function fieldOf(entry: unknown): string | null {
  return isRecord(entry) && typeof entry['field'] === 'string' ? entry['field'] : null;
}

function connectionCode(error: unknown): string | null {
  return isRecord(error) && typeof error['code'] === 'string' ? error['code'] : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
