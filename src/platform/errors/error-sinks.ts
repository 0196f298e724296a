import type { ApiError } from './api-error.js';
import type { ErrorContext, ErrorSink } from './error-sink.port.js';
import type { LoggingErrorSink } from './logging-error-sink.js';

/**
 * The sink that everybody is given: it writes the log line and passes the error on to whoever has attached, so that rooms that are
 * built later than the first error, or not at all, need not be known here.
 */
export class ErrorSinks implements ErrorSink {
  private readonly attached = new Set<ErrorSink>();

  constructor(private readonly log: LoggingErrorSink) {}

  /** @param sink told of every error from now on. @returns a function that detaches it. */
  attach(sink: ErrorSink): () => void {
    this.attached.add(sink);
    return () => {
      this.attached.delete(sink);
    };
  }

  /** The line comes last, so that what an error brings along of earlier lines does not hold its own. */
  capture(error: ApiError, context: ErrorContext): void {
    for (const sink of this.attached) sink.capture(error, context);
    this.log.capture(error, context);
  }
}
