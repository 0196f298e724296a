import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from '../../errors/index.js';

/**
 * Deeper than any real request and far from what the recursion of validation and transformation can stand
 * (RFC 8259 §9 allows such a limit).
 */
const MAX_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACKET = 0x5d;
const CLOSE_BRACE = 0x7d;

/** An escaped half of a surrogate pair; whole pairs match as well, so a match only means that it pays to look. */
const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;

type Done = (error: Error | null, body?: unknown) => void;
type JsonBodyParser = (request: FastifyRequest, body: Buffer, done: Done) => void;

/**
 * Parser of JSON bodies: Fastify's own, which refuses `__proto__` and `constructor.prototype`, behind a limit of depth.
 * Its errors are a `BAD_REQUEST` with `details.reason`.
 */
export function jsonBodyParser(fastify: FastifyInstance): JsonBodyParser {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  return (request, body, done) => {
    if (body.length === 0) return done(badJson('empty_body'));
    if (isDeeperThan(body, MAX_DEPTH)) return done(badJson('nested_too_deeply'));
    const text = body.toString('utf8');
    void parse(request, text, (error, value) => {
      if (error !== null) done(badJson('malformed_json', error));
      // Half a character is valid JSON, but neither PostgreSQL nor `encodeURIComponent` takes it.
      else if (SURROGATE_ESCAPE.test(text) && !isWellFormed(value)) done(badJson('malformed_text'));
      else done(null, value);
    });
  };
}

function badJson(reason: string, cause?: Error): ApiError {
  return new ApiError('BAD_REQUEST', { details: { reason }, ...(cause === undefined ? {} : { cause }) });
}

/** Whether every string of a parsed value, keys included, is well-formed Unicode. Depth is bounded by then. */
function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, item]) => key.isWellFormed() && isWellFormed(item));
}

/** Whether brackets nest deeper than `limit`, brackets in strings not counted. One pass, nothing allocated. */
function isDeeperThan(json: Buffer, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index];
    if (inString) {
      if (byte === BACKSLASH) index += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) {
      inString = true;
    } else if (byte === OPEN_BRACKET || byte === OPEN_BRACE) {
      depth += 1;
      if (depth > limit) return true;
    } else if (byte === CLOSE_BRACKET || byte === CLOSE_BRACE) {
      depth -= 1;
    }
  }
  return false;
}
