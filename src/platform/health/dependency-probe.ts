import { type ErrorCode, translateError } from '../errors/index.js';
import type { ServicePolicy } from '../resilience/index.js';
import type { Clock } from '../time/index.js';
import type { CheckResult } from './health-check-registry.js';

/** The health page is public: however often it is loaded, a third party is asked this seldom. */
const FRESH_MS = 10_000;

/** Below the two seconds a check may take, so that the finding is an error code and not a time-out of the check. */
const TIMEOUT_MS = 1_800;

/** Looks whether a third party answers and takes our credentials: once, briefly, and under its policy. */
export class DependencyProbe {
  private last: { readonly atMs: number; readonly fault: Promise<ErrorCode | null> } | null = null;

  /** @param ping - a cheap request that needs the credentials and changes nothing; its answer does not matter. */
  constructor(
    private readonly policy: ServicePolicy,
    private readonly ping: (signal: AbortSignal) => Promise<unknown>,
    private readonly clock: Clock,
  ) {}

  /** What the last look failed with, or a new look when that is older than ten seconds; null: it answers. Never rejects. */
  async fault(): Promise<ErrorCode | null> {
    const nowMs = this.clock.monotonicMs();
    if (this.last === null || nowMs - this.last.atMs >= FRESH_MS) {
      this.last = { atMs: nowMs, fault: this.look() };
    }
    return await this.last.fault;
  }

  /** The same as the result of a health check, with the circuit as it stands now. Never rejects. */
  async check(): Promise<CheckResult> {
    const code = await this.fault();
    const details = { circuit: this.policy.state };
    return code === null ? { status: 'up', details } : { status: 'degraded', reason: code, details };
  }

  private async look(): Promise<ErrorCode | null> {
    try {
      await this.policy.execute('health_check', ({ signal }) => this.ping(signal), {
        maxRetries: 0,
        totalTimeoutMs: TIMEOUT_MS,
      });
      return null;
    } catch (error) {
      return translateError(error).code;
    }
  }
}
