import type { IBreaker } from 'cockatiel';
import type { PolicySettings } from '../../config/index.js';

/** Calls that the slow-call rate looks back on; below that many no rate is formed. */
const SLOW_CALL_WINDOW = 20;
const SLOW_CALL_MINIMUM = 10;

/**
 * Decides when the circuit opens: after consecutive failures, or when too large a share of the last calls was slow.
 * Consecutive failures and not a failure rate, because a rate needs more traffic than this product has to say anything.
 */
export class TripRules implements IBreaker {
  private consecutive = 0;
  private slowCalls: boolean[] = [];
  private tooSlow = false;

  constructor(private readonly settings: Pick<PolicySettings, 'failureThreshold' | 'slowCallMs' | 'slowCallRate'>) {}

  /** Consecutive failures so far. */
  get state(): unknown {
    return this.consecutive;
  }

  set state(value: unknown) {
    this.consecutive = Number(value);
  }

  get failureCount(): number {
    return this.consecutive;
  }

  success(): void {
    this.consecutive = 0;
  }

  failure(): boolean {
    if (this.tooSlow) return true;
    this.consecutive += 1;
    return this.consecutive >= this.settings.failureThreshold;
  }

  /**
   * Records how long a call that succeeded took.
   * @param probing whether it was the probe of a half-open circuit, which alone decides
   * @returns true when the circuit must open for slowness: the call is then to be reported as a failure
   */
  tooSlowAfter(durationMs: number, probing: boolean): boolean {
    const { slowCallMs, slowCallRate } = this.settings;
    if (slowCallMs === null) return false;
    const slow = durationMs > slowCallMs;
    if (probing) {
      this.tooSlow = slow;
      return slow;
    }
    this.slowCalls.push(slow);
    if (this.slowCalls.length > SLOW_CALL_WINDOW) this.slowCalls.shift();
    const slowCount = this.slowCalls.filter(Boolean).length;
    this.tooSlow = this.slowCalls.length >= SLOW_CALL_MINIMUM && slowCount / this.slowCalls.length >= slowCallRate;
    return this.tooSlow;
  }

  /** Forgets everything. */
  clear(): void {
    this.consecutive = 0;
    this.forgetSlowCalls();
  }

  /** Starts the window of slow calls anew, after the circuit opened. */
  forgetSlowCalls(): void {
    this.slowCalls = [];
    this.tooSlow = false;
  }
}
