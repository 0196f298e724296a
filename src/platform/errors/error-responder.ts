import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppConfig } from '../../config/index.js';
import { ApiError } from './api-error.js';
import { type ErrorReply, toErrorReply } from './error-reply.js';
import type { ErrorSink } from './error-sink.port.js';
import { requestErrorContext } from './request-error-context.js';
import { translateError } from './translate/translate-error.js';

/** Headers that describe the body a handler had in mind before it failed. */
const BODY_HEADERS = [
  'content-length',
  'content-encoding',
  'content-disposition',
  'content-range',
  'accept-ranges',
  'transfer-encoding',
  'etag',
  'last-modified',
  'location',
] as const;

/** Answers a request that failed: translates, captures, and sends the envelope, without waiting for anything. */
export class ErrorResponder {
  private readonly bodyLimitBytes: number;

  constructor(
    private readonly sink: ErrorSink,
    config: AppConfig,
  ) {
    this.bodyLimitBytes = config.http.jsonBodyLimitBytes;
  }

  /** @param thrown - whatever it was; after the headers went out it breaks the connection off. */
  answer(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const error = settle(thrown, request);
    this.sink.capture(error, requestErrorContext(request));
    request.errorCode = error.code;
    send(reply, toErrorReply(error, { requestId: request.id, bodyLimitBytes: this.bodyLimitBytes }));
  }
}

/** A caller who hung up in the middle of the body is the reason for whatever came of it. */
function settle(thrown: unknown, { raw }: FastifyRequest): ApiError {
  const error = translateError(thrown);
  const hungUp = raw.destroyed && !raw.complete;
  if (error.code !== 'INTERNAL_SERVER_ERROR' || !hungUp) return error;
  return new ApiError('BAD_REQUEST', { details: { reason: 'request_aborted' }, cause: thrown });
}

function send(reply: FastifyReply, { status, headers, body }: ErrorReply): void {
  if (reply.sent || reply.raw.headersSent) {
    // The caller holds part of a success: only a broken transfer can tell that the rest never comes.
    reply.raw.destroy();
    return;
  }
  for (const name of BODY_HEADERS) {
    if (reply.hasHeader(name)) reply.removeHeader(name);
  }
  void reply.code(status).headers(headers).send(body);
}
