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
    void parse(request, body.toString('utf8'), (error, value) => {
      if (error === null) done(null, value);
      else done(badJson('malformed_json', error));
    });
  };
}

function badJson(reason: string, cause?: Error): ApiError {
  return new ApiError('BAD_REQUEST', { details: { reason }, ...(cause === undefined ? {} : { cause }) });
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
