import { Global, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ErrorFilter } from './error.filter.js';
import { ErrorResponder } from './error-responder.js';
import { ERROR_SINK } from './error-sink.port.js';
import { ErrorSinks } from './error-sinks.js';
import { LoggingErrorSink } from './logging-error-sink.js';

/** Puts the one filter over everything and gives errors the place where they end up. */
@Global()
@Module({
  providers: [
    LoggingErrorSink,
    ErrorSinks,
    { provide: ERROR_SINK, useExisting: ErrorSinks },
    ErrorResponder,
    { provide: APP_FILTER, useClass: ErrorFilter },
  ],
  exports: [ERROR_SINK, ErrorResponder, ErrorSinks],
})
export class ErrorsModule {}
