import { Injectable, Logger } from '@nestjs/common';
import type { ApiError } from './api-error.js';
import { describeChain } from './error-description.js';
import type { ErrorContext, ErrorSink } from './error-sink.port.js';

/**
 * Writes every error to the log by its level: 5xx with the stacks of its whole chain of causes, 4xx without any. What a
 * caller did wrong in a request (`info`) has its line already: the one at the end of the request, which names the code.
 */
@Injectable()
export class LoggingErrorSink implements ErrorSink {
  private readonly logger = new Logger('Errors');

  capture(error: ApiError, context: ErrorContext): void {
    try {
      if (error.level === 'info' && context.kind === 'request') return;
      this.write(error, lineOf(error, context));
    } catch (failure) {
      // The response does not depend on the log; the one place left to say so is the process's own warning channel.
      process.emitWarning('An error could not be logged', {
        code: error.code,
        detail: describeChain(failure)[0]?.message ?? '',
      });
    }
  }

  private write(error: ApiError, line: object): void {
    switch (error.level) {
      case 'info':
        return this.logger.log(line);
      case 'warn':
        return this.logger.warn(line);
      case 'error':
        return this.logger.error(line);
      case 'fatal':
        return this.logger.fatal(line);
    }
  }
}

function lineOf(error: ApiError, context: ErrorContext): object {
  return {
    msg: error.message,
    error_code: error.code,
    error_class: error.name,
    status: error.status,
    kind: context.kind,
    request_id: context.requestId,
    user_id: context.userId,
    endpoint: context.endpoint,
    job_id: context.jobId,
    queue_job_id: context.queueJobId,
    service: context.service,
    operation: context.operation,
    ...(error.status >= 500 ? { errors: describeChain(error) } : {}),
  };
}
