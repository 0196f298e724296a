import type { Clock } from '../../time/index.js';

/** How far a caller got in the window that is open for them. */
export interface WindowState {
  /** Requests so far, this one included. */
  readonly consumed: number;
  readonly msLeft: number;
}

interface Window {
  consumed: number;
  readonly endsMs: number;
}

/**
 * Counts requests by caller, in memory, in windows of one length that begin with a caller's first request. It answers at
 * once, as it is asked at every request: rate-limiter-flexible takes a promise and, for each caller, a timer.
 */
export class FixedWindows {
  /** All windows are equally long, so those that began first end first: they lie in the order of their ends. */
  private readonly windows = new Map<string, Window>();
  private readonly lengthMs: number;

  constructor(
    windowSeconds: number,
    private readonly clock: Clock,
  ) {
    this.lengthMs = windowSeconds * 1_000;
  }

  /** Callers who are remembered. */
  get size(): number {
    return this.windows.size;
  }

  /** Counts one request of a caller. */
  consume(caller: string): WindowState {
    const nowMs = this.clock.monotonicMs();
    const open = this.windows.get(caller);
    if (open !== undefined && open.endsMs > nowMs) {
      open.consumed += 1;
      return { consumed: open.consumed, msLeft: open.endsMs - nowMs };
    }
    this.forgetEnded(nowMs);
    this.windows.set(caller, { consumed: 1, endsMs: nowMs + this.lengthMs });
    return { consumed: 1, msLeft: this.lengthMs };
  }

  private forgetEnded(nowMs: number): void {
    for (const [caller, { endsMs }] of this.windows) {
      if (endsMs > nowMs) return;
      this.windows.delete(caller);
    }
  }
}
