import type { BrowserErrorDto } from '../../generated/api.ts';
import { RequestFailed } from '../api/failure.ts';

/** What the route takes at the most. */
const MAX_CHARACTERS = { name: 100, message: 2_000, stack: 20_000, url: 2_000 } as const;
/** A page with so many different errors has told enough of itself. */
const MAX_DIFFERENT = 50;
const WINDOW_MS = 60_000;
const MAX_IN_WINDOW = 5;

/** Reports each different error of a page once, and only so many in a minute. */
export class ErrorReports {
  private readonly told = new Set<string>();
  private sentAtMs: readonly number[] = [];

  /**
   * @param send - rejects when the report was not taken
   * @param nowMs - of a clock that never goes back
   */
  constructor(
    private readonly send: (report: BrowserErrorDto) => Promise<unknown>,
    private readonly nowMs: () => number,
  ) {}

  /** @param url - of the page, without what is secret in it */
  report(thrown: unknown, url: string): void {
    const report = reportOf(thrown, url);
    const key = [report.name, report.message, report.stack].join('\n');
    const now = this.nowMs();
    this.sentAtMs = this.sentAtMs.filter((at) => now - at < WINDOW_MS);
    if (this.told.has(key) || this.told.size >= MAX_DIFFERENT || this.sentAtMs.length >= MAX_IN_WINDOW) return;
    this.told.add(key);
    this.sentAtMs = [...this.sentAtMs, now];
    // That it cannot be told now is no error of the page, and must not become the next report. Should it happen again, it is told again.
    this.send(report).catch(() => this.told.delete(key));
  }
}

function reportOf(thrown: unknown, url: string): BrowserErrorDto {
  const { name, message, stack = '' } = thrown instanceof Error ? thrown : new NotAnError(thrown);
  const about = thrown instanceof RequestFailed && thrown.failure.kind === 'answered' ? thrown.failure.requestId : null;
  return {
    name: name.slice(0, MAX_CHARACTERS.name),
    message: message === '' ? '(no message)' : message.slice(0, MAX_CHARACTERS.message),
    stack: stack.slice(0, MAX_CHARACTERS.stack),
    url: url.slice(0, MAX_CHARACTERS.url),
    ...(about === null ? {} : { request_id: about }),
  };
}

/** Anything may be thrown, also what cannot be made a text of. It has no stack, and ours would say nothing about it. */
class NotAnError extends Error {
  override readonly name = 'NotAnError';
  override readonly stack = '';

  constructor(thrown: unknown) {
    super(typeof thrown === 'string' ? thrown : Object.prototype.toString.call(thrown));
  }
}
