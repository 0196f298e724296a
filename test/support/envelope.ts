import { ERROR_CATALOGUE, isErrorCode } from '../../src/platform/errors/index.js';
import type { RawResponse } from './raw-http.js';

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** What must never be read by a customer: stacks, paths, SQL, vendors' and engines' words. */
const LEAKS = /\n\s+at |node_modules|\/src\/|FST_|HPE_|SELECT |INSERT |relation "|Unexpected token|undefined|\[object/;

/**
 * Every way in which a response fails to be the envelope; none if it is. Strict: no further key anywhere but in details.
 * @param toHead - the request was a HEAD: headers only.
 */
export function envelopeProblems(response: RawResponse, toHead = false): readonly string[] {
  const { status, headers, body } = response;
  const problems = headerProblems(response);
  if (toHead) return body === '' ? problems : [...problems, 'a body in the answer to HEAD'];
  const envelope = parse(body);
  if (envelope === undefined) return [...problems, `not an envelope: ${body.slice(0, 200)}`];
  const { code, message, details, timestamp, recoverable } = envelope;
  if (!isErrorCode(code)) problems.push(`code ${String(code)} is not in the catalogue`);
  else if (ERROR_CATALOGUE[code].status !== status) problems.push(`${code} with status ${status}`);
  if (typeof message !== 'string' || message.length === 0 || message.length > 300) problems.push('no message');
  if (LEAKS.test(body)) problems.push(`leaks: ${body.slice(0, 300)}`);
  if (typeof timestamp !== 'string' || !TIMESTAMP.test(timestamp)) problems.push(`timestamp ${String(timestamp)}`);
  if (typeof recoverable !== 'boolean') problems.push('recoverable is no boolean');
  return [...problems, ...detailProblems(details, status, headers)];
}

function headerProblems({ status, headers }: RawResponse): string[] {
  const problems: string[] = [];
  if (headers['content-type'] !== 'application/json; charset=utf-8') problems.push(`type ${headers['content-type']}`);
  if (!/^[A-Za-z0-9._-]{8,64}$/.test(headers['x-request-id'] ?? '')) problems.push('no request id');
  if (status === 401 && !headers['www-authenticate']?.startsWith('Bearer')) problems.push('401 without a challenge');
  if (status === 405 && !/^[A-Z]+(?:, [A-Z]+)*$/.test(headers['allow'] ?? '')) problems.push('405 without Allow');
  if ([429, 503].includes(status) && !/^[1-9]\d*$/.test(headers['retry-after'] ?? '')) problems.push('no Retry-After');
  return problems;
}

function detailProblems(
  details: unknown,
  status: number,
  headers: Readonly<Record<string, string>>,
): readonly string[] {
  if (!isRecord(details)) return ['details is no object'];
  const problems: string[] = [];
  if (details['request_id'] !== headers['x-request-id']) problems.push('request_id is not the one of the header');
  if (status === 413 && typeof details['max_size_mb'] !== 'number') problems.push('413 without max_size_mb');
  if (status === 415 && !Array.isArray(details['supported_types'])) problems.push('415 without supported_types');
  if ([429, 503].includes(status) && String(details['retry_after']) !== headers['retry-after']) {
    problems.push('retry_after is not the one of the header');
  }
  return problems;
}

function parse(body: string): Record<string, unknown> | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    // Not JSON is a finding, which the caller reports with the text.
    return undefined;
  }
  if (!isRecord(json) || Object.keys(json).join() !== 'error' || !isRecord(json['error'])) return undefined;
  const keys = Object.keys(json['error']).sort().join();
  return keys === 'code,details,message,recoverable,timestamp' ? json['error'] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
