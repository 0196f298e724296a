import { STATUS_CODES } from 'node:http';
// Not through the room's index: the log of requests reads the catalogue.
import { redact } from '../logging/redaction/redactor.js';
import type { ApiError, ErrorDetails } from './api-error.js';

/** What the edge knows and an error raised deep inside does not. */
export interface ReplyFacts {
  readonly requestId: string;
  /** Largest JSON body in bytes. */
  readonly bodyLimitBytes: number;
}

/** An error as HTTP sends it. */
export interface ErrorReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const BODY_TYPES: readonly string[] = ['application/json', 'multipart/form-data'];
/** Seconds to wait where whoever refused did not say: the window of the default limit, and a typical restart. */
const USUAL_WAIT_SECONDS = { 429: 60, 503: 10 } as const;
const BYTES_PER_MEBIBYTE = 1_048_576;

/**
 * The one mapping from an error to a response: pure, and the same for the filter, for what Fastify answers before a route is
 * found and for what Node answers before Fastify sees anything.
 */
export function toErrorReply(error: ApiError, facts: ReplyFacts): ErrorReply {
  const details = {
    ...statusDetails(error.status, facts),
    ...withoutSecrets(error.details),
    request_id: facts.requestId,
  };
  return {
    status: error.status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-request-id': facts.requestId,
      ...statusHeaders(error, details),
    },
    body: serialise(error, details, facts.requestId),
  };
}

/**
 * The same reply as bytes for a socket on which nothing else will be said.
 * @param toHead - the headers only.
 */
export function toRawResponse({ status, headers, body }: ErrorReply, toHead = false): string {
  const lines = Object.entries({ ...headers, 'content-length': String(Buffer.byteLength(body)), connection: 'close' });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\n${head}\r\n${toHead ? '' : body}`;
}

/** Details are written by hand, and hands slip: nothing that looks like a secret leaves, whoever put it there. */
function withoutSecrets(details: ErrorDetails): ErrorDetails {
  return Object.keys(details).length === 0 ? details : (redact(details) as ErrorDetails);
}

function statusDetails(status: number, { bodyLimitBytes }: ReplyFacts): ErrorDetails {
  if (status === 413) return { max_size_mb: Math.round((bodyLimitBytes / BYTES_PER_MEBIBYTE) * 100) / 100 };
  if (status === 415) return { supported_types: BODY_TYPES };
  if (status === 429 || status === 503) return { retry_after: USUAL_WAIT_SECONDS[status] };
  return {};
}

function statusHeaders({ status, code }: ApiError, details: ErrorDetails): Record<string, string> {
  switch (status) {
    case 401:
      return { 'www-authenticate': challenge(code) };
    case 405:
      return { allow: listOf(details['allowed_methods']) };
    case 416:
      return contentRange(details['size_bytes']);
    case 429:
    case 503:
      return { 'retry-after': String(details['retry_after']) };
    default:
      return {};
  }
}

/** RFC 6750 §3: a request that brought no credentials is told no error. */
function challenge(code: string): string {
  const realm = 'Bearer realm="oriel"';
  return code.includes('TOKEN') ? `${realm}, error="invalid_token"` : realm;
}

/** RFC 9110 §15.5.17: how long the file is of which a part was asked that does not exist. */
function contentRange(sizeBytes: unknown): Record<string, string> {
  const known = Number.isSafeInteger(sizeBytes) && Number(sizeBytes) >= 0;
  return known ? { 'content-range': `bytes */${String(sizeBytes)}` } : {};
}

function listOf(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : '';
}

function serialise(error: ApiError, details: ErrorDetails, requestId: string): string {
  const { error: envelope } = error.toJSON();
  try {
    return JSON.stringify({ error: { ...envelope, details } });
  } catch {
    // Details that are not JSON (a cycle, a bigint) are a defect of whoever gave them; the caller still gets an envelope.
    return JSON.stringify({ error: { ...envelope, details: { request_id: requestId } } });
  }
}
