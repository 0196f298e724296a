import { pino } from 'pino';
import type { AppConfig } from '../../config/index.js';
import { RequestContext } from '../http/request-context.js';
import type { LogOutput } from './log-output.js';
import { pinoOptions } from './pino-options.js';

/** A line of the log, parsed. */
export type LogLine = Readonly<Record<string, unknown>>;

/** Takes the place of `LOG_OUTPUT` in tests and keeps the lines. */
export class LogCapture implements LogOutput {
  readonly text: string[] = [];

  /** The lines so far; throws where one is not JSON. */
  get lines(): readonly LogLine[] {
    return this.text.map((line) => JSON.parse(line) as LogLine);
  }

  /** The lines whose `msg` is `message`. */
  withMessage(message: string): readonly LogLine[] {
    return this.lines.filter(({ msg }) => msg === message);
  }

  write(line: string): void {
    this.text.push(line);
  }

  flushSync(): void {
    // Nothing is buffered.
  }

  async flush(): Promise<void> {
    // Nothing is buffered.
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}

/** The product's logger on a {@link LogCapture}, without Nest. */
export function capturedLogger(config: AppConfig, context = RequestContext.standalone()) {
  const capture = new LogCapture();
  return { logger: pino(pinoOptions(config, context), capture), capture, context };
}
