import type { Clock } from '../time/index.js';

const RATIO = 0.1;
const FLOOR_PER_SECOND = 3;
const MAX_EARNED = 10;

/**
 * Bounds what retries add to the load of a dependency that fails: 10 % of the first attempts, plus a floor of three
 * a second so that a service with little traffic may retry at all. Over any stretch of time the calls sent are
 * ≤ 1.1 × first attempts + 3 × seconds (+ the 3 + 10 that may have been saved up before).
 *
 * The idea is Finagle's retry budget (https://twitter.github.io/finagle/guide/Clients.html#retries).
 */
export class RetryBudget {
  private earned = 0;
  private floor = FLOOR_PER_SECOND;
  private refilledAtMs: number;

  constructor(private readonly clock: Clock) {
    this.refilledAtMs = clock.monotonicMs();
  }

  /** A first attempt goes out: it earns a tenth of a retry. */
  deposit(): void {
    this.earned = Math.min(MAX_EARNED, this.earned + RATIO);
  }

  /** Spends one retry; false when there is none to spend. */
  withdraw(): boolean {
    this.refill();
    if (this.floor >= 1) this.floor -= 1;
    else if (this.earned >= 1) this.earned -= 1;
    else return false;
    return true;
  }

  private refill(): void {
    const nowMs = this.clock.monotonicMs();
    this.floor = Math.min(FLOOR_PER_SECOND, this.floor + ((nowMs - this.refilledAtMs) / 1_000) * FLOOR_PER_SECOND);
    this.refilledAtMs = nowMs;
  }
}
