import type { IncomingHttpHeaders } from 'node:http';
import { redactString } from '../logging/redaction/redactor.js';
import { newId } from '../time/index.js';

const ACCEPTABLE_REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;

/** `version-traceid-parentid-flags`, W3C Trace Context §3.2.2; version ff and an all-zero trace id are invalid. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)/;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The caller's `X-Request-Id` where it is harmless in logs and headers and looks like no secret, else a new UUIDv7. */
export function requestIdFrom(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id'];
  if (typeof given !== 'string' || !ACCEPTABLE_REQUEST_ID.test(given)) return newId();
  return redactString(given) === given ? given : newId();
}

/** The trace the caller says it is part of, else one that begins here: the request id where that has the form of one. */
export function traceIdFrom(headers: IncomingHttpHeaders, requestId: string): string {
  const given = headers['traceparent'];
  const traceId = typeof given === 'string' ? TRACEPARENT.exec(given)?.[1] : undefined;
  return traceId ?? (UUID.test(requestId) ? requestId : newId()).replaceAll('-', '');
}
