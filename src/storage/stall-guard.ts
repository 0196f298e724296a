import { ExternalServiceError } from '../platform/errors/index.js';

/**
 * Aborts a transfer in which nothing moves. The time limit of a whole transfer has to suit the largest object;
 * a peer that has gone silent is noticed here much sooner.
 */
export class StallGuard {
  private readonly stalled = new AbortController();
  private readonly timer: NodeJS.Timeout;
  /** Aborts on a stall (reason: `GCS_TIMEOUT`) and with the signal given. */
  readonly signal: AbortSignal;

  /** @param limitMs longest silence in milliseconds, also while waiting for the answer after the last byte */
  constructor(limitMs: number, parent: AbortSignal) {
    this.signal = AbortSignal.any([parent, this.stalled.signal]);
    this.timer = setTimeout(() => {
      this.stalled.abort(new ExternalServiceError('GCS_TIMEOUT'));
    }, limitMs);
  }

  /** Something moved. */
  touch(): void {
    this.timer.refresh();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.timer);
  }
}
