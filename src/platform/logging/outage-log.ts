import type { Logger } from '@nestjs/common';

const REPEAT_MS = 30_000;

/**
 * Logs the errors of something that is tried again and again: the first one, then one line per half minute with the number that
 * came between, so that an outage of the database is seen and does not flood the log.
 */
export class OutageLog {
  private lastLoggedMs = -Infinity;
  private unlogged = 0;

  /**
   * @param message - what each line says
   * @param nowMs - monotonic milliseconds; a parameter for tests.
   */
  constructor(
    private readonly logger: Pick<Logger, 'warn'>,
    private readonly message: string,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  report(error: unknown): void {
    const now = this.nowMs();
    if (now - this.lastLoggedMs < REPEAT_MS) {
      this.unlogged += 1;
      return;
    }
    this.logger.warn({ msg: this.message, err: error, since_last: this.unlogged });
    this.lastLoggedMs = now;
    this.unlogged = 0;
  }
}
