import type { FastifyRequest } from 'fastify';
import type { ErrorCode } from './error-catalogue.js';
import type { ErrorContext } from './error-sink.port.js';

/** Whose work something is, as far as it is known by now. */
export type WorkFacts = {
  requestId?: string;
  userId?: string;
  /** Method and route pattern, e.g. `GET /api/jobs/render/status/:job_id`. */
  endpoint?: string;
  /** The render job. */
  jobId?: string;
  /** The job of the queue, whatever it is about. */
  queueJobId?: string;
  /** Trace id of W3C Trace Context: 32 hexadecimal digits. */
  traceId?: string;
};

declare module 'fastify' {
  interface FastifyRequest {
    /** Code of the error this request was answered with; for the line at the end of the request. */
    errorCode?: ErrorCode;
    /** Filled in by the request context as the request goes on. */
    workFacts?: WorkFacts;
  }
}

/** Where an error of a request happened, read off the request itself: it also holds where no context is open. */
export function requestErrorContext({ id, workFacts }: FastifyRequest): ErrorContext {
  return {
    kind: 'request',
    requestId: id,
    userId: workFacts?.userId,
    endpoint: workFacts?.endpoint,
    jobId: workFacts?.jobId,
    queueJobId: workFacts?.queueJobId,
  };
}
