import type { ErrorCode, ErrorEnvelope } from '../../generated/api.ts';

/** Why a request gave nothing. */
export type Failure =
  | {
      /** The product said no, in its envelope. */
      readonly kind: 'answered';
      readonly status: number;
      readonly code: ErrorCode;
      /** One sentence for the person; text, never markup. */
      readonly message: string;
      readonly recoverable: boolean;
      readonly requestId: string;
      /** Seconds to wait before trying again, where the answer says so. */
      readonly retryAfterSeconds: number | null;
      readonly details: Readonly<Record<string, unknown>>;
    }
  /** No answer came: offline, the server is away, or it took too long. */
  | { readonly kind: 'unreachable' }
  /** Something that is not the product answered, such as a proxy. */
  | { readonly kind: 'foreign'; readonly status: number }
  /** Not the request: the page itself went wrong with it. */
  | { readonly kind: 'defect' };

/** A request that failed, as an error to be thrown. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';

  constructor(readonly failure: Failure) {
    super(failure.kind === 'answered' ? failure.code : failure.kind);
  }
}

/** The failure behind whatever was thrown. Only requests throw here; anything else is a defect of the page, and becomes known as one. */
export function failureOf(error: unknown): Failure {
  if (error instanceof RequestFailed) return error.failure;
  reportError(error);
  return { kind: 'defect' };
}

/**
 * Reads an answer with a status of 400 or above.
 *
 * @param body - the parsed body, or its text where it is no JSON.
 */
export function failureFrom(status: number, headers: Headers, body: unknown): Failure {
  if (!isEnvelope(body)) return { kind: 'foreign', status };
  const { code, message, recoverable, details } = body.error;
  const retryAfter = Number(headers.get('retry-after') ?? details['retry_after']);
  return {
    kind: 'answered',
    status,
    code,
    message,
    recoverable,
    requestId: details.request_id,
    retryAfterSeconds: Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : null,
    details,
  };
}

function isEnvelope(body: unknown): body is ErrorEnvelope {
  const error = isRecord(body) ? body['error'] : undefined;
  return (
    isRecord(error) &&
    typeof error['code'] === 'string' &&
    typeof error['message'] === 'string' &&
    isRecord(error['details']) &&
    typeof error['details']['request_id'] === 'string'
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
