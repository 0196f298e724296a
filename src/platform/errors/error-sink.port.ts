import type { ApiError } from './api-error.js';

/** Injection token of the {@link ErrorSink}. */
export const ERROR_SINK = Symbol('ErrorSink');

/** Where an error happened. */
export interface ErrorContext {
  /** `browser`: in a page, which reported it. */
  readonly kind: 'request' | 'job' | 'process' | 'browser';
  readonly requestId?: string | undefined;
  readonly userId?: string | undefined;
  /** Method and route pattern, e.g. `GET /api/jobs/render/status/:job_id`. */
  readonly endpoint?: string | undefined;
  /** The render job. */
  readonly jobId?: string | undefined;
  /** The job of the queue, whatever it is about. */
  readonly queueJobId?: string | undefined;
  /** Dependency that failed, e.g. `stripe`. */
  readonly service?: string | undefined;
  readonly operation?: string | undefined;
}

/** Where every error ends up. An implementation never throws, never waits, and holds a bounded amount of memory. */
export interface ErrorSink {
  capture(error: ApiError, context: ErrorContext): void;
}
