import type { ApiError } from '../platform/errors/index.js';

/** Node's codes of a connection that did not come about, so that nothing can have been sent over it. */
const UNREACHABLE_CODES: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/**
 * Whether a mail may have been accepted although sending it failed: the answer was lost, late, or an error of the
 * service's own. Refusals (4xx, an open circuit, no connection) are proof that it was not.
 */
export function mayHaveBeenSent(error: ApiError): boolean {
  if (error.code === 'SENDGRID_CONNECTION_ERROR') {
    return !UNREACHABLE_CODES.has(codeOf(error.cause));
  }
  return error.code === 'SENDGRID_TIMEOUT' || error.code === 'SENDGRID_SERVICE_ERROR';
}

function codeOf(cause: unknown): unknown {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
}
