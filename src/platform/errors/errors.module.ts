import { Global, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { ErrorFilter } from './error.filter.js';
import { ErrorResponder } from './error-responder.js';
import { ERROR_SINK, type ErrorSink } from './error-sink.port.js';
import { ErrorSinks } from './error-sinks.js';
import { LoggingErrorSink } from './logging-error-sink.js';

/** Puts the one filter over everything and gives errors the place where they end up. */
@Global()
@Module({
  providers: [
    LoggingErrorSink,
    {
      provide: ErrorSinks,
      inject: [LoggingErrorSink],
      useFactory: (log: LoggingErrorSink): ErrorSinks => new ErrorSinks(log),
    },
    { provide: ERROR_SINK, useExisting: ErrorSinks },
    {
      provide: ErrorResponder,
      inject: [ERROR_SINK, APP_CONFIG],
      useFactory: (sink: ErrorSink, config: AppConfig): ErrorResponder => new ErrorResponder(sink, config),
    },
    { provide: APP_FILTER, useClass: ErrorFilter },
  ],
  exports: [ERROR_SINK, ErrorResponder, ErrorSinks],
})
export class ErrorsModule {}
