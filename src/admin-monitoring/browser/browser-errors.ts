import { Inject, Injectable } from '@nestjs/common';
import { ApiError, ERROR_SINK, type ErrorSink } from '../../platform/errors/index.js';
import { RequestContext } from '../../platform/http/index.js';
import { redactString } from '../../platform/logging/index.js';
import type { BrowserErrorDto } from './browser-error.dto.js';
import { browserFrames, pathOf } from './browser-stack.js';

const MAX_AGENT = 300;

/** Takes in the errors that happen in pages, as if they were ours. */
@Injectable()
export class BrowserErrors {
  constructor(
    @Inject(ERROR_SINK) private readonly sink: ErrorSink,
    private readonly context: RequestContext,
  ) {}

  /** @param userAgent - whatever the browser calls itself */
  report({ url = '', request_id: requestId, ...error }: BrowserErrorDto, userAgent: string): void {
    this.context.leaveTrail('info', redactString(`Page: ${pathOf(url) ?? 'unknown'}`));
    this.context.leaveTrail('info', redactString(`Browser: ${userAgent.slice(0, MAX_AGENT)}`));
    this.sink.capture(new ApiError('BROWSER_ERROR', { cause: errorOf(error) }), {
      kind: 'browser',
      requestId: requestId ?? this.context.requestId,
      userId: this.context.userId,
    });
  }
}

/** The error as it would be had it happened here: its stack is what says where it comes from. */
function errorOf({ name = 'Error', message, stack = '' }: Pick<BrowserErrorDto, 'name' | 'message' | 'stack'>): Error {
  const error = new Error(message);
  error.name = name;
  error.stack = [`${name}: ${message}`, ...browserFrames(stack)].join('\n');
  return error;
}
