import type { FastifyRequest } from 'fastify';
import type { ErrorCode } from './error-catalogue.js';
import type { ErrorContext } from './error-sink.port.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Code of the error this request was answered with; for the line at the end of the request. */
    errorCode?: ErrorCode;
    /** Who and what this request is about, as far as it is known by now; filled in by the request context. */
    contextValues?: { readonly userId?: string; readonly endpoint?: string; readonly jobId?: string };
  }
}

/** Where an error of a request happened, read off the request itself: it also holds where no context is open. */
export function requestErrorContext({ id, contextValues }: FastifyRequest): ErrorContext {
  return {
    kind: 'request',
    requestId: id,
    userId: contextValues?.userId,
    endpoint: contextValues?.endpoint,
    jobId: contextValues?.jobId,
  };
}
