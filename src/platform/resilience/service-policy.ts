import type { ServiceName } from '../../config/index.js';
import type { ApiError } from '../errors/index.js';

/**
 * - `closed`: calls go out; `open`: calls are refused; `half_open`: one probe is out, everybody else is refused.
 * - `isolated`: held open by an operator; `disabled`: the breaker is ignored by order of an operator.
 */
export type CircuitState = 'closed' | 'open' | 'half_open' | 'isolated' | 'disabled';

/** What one attempt is given. */
export interface AttemptContext {
  /**
   * Aborts when the attempt's time is up or the caller gave up. Hand it down to the socket or the child process:
   * the place in the bulkhead stays taken until the work has really ended.
   */
  readonly signal: AbortSignal;
  /** Number of this attempt, from 1. */
  readonly attempt: number;
}

export interface ExecuteOptions<T> {
  /**
   * Called with the final error instead of throwing it (not when the caller aborted).
   * It may throw that error again, or one of its own.
   */
  readonly fallback?: (error: ApiError) => Promise<T>;
  /** Attempts after the first one; by default the service's `attempts` - 1. */
  readonly maxRetries?: number;
  /** Time limit of each attempt; by default the service's `timeoutMs`. */
  readonly attemptTimeoutMs?: number;
  /** Time limit of everything together: waiting, attempts and pauses between them. By default as long as these can last. */
  readonly totalTimeoutMs?: number;
  /** The caller's own signal: when it aborts, so does the attempt, and `execute` rejects with its reason. */
  readonly signal?: AbortSignal;
  /** False when repeating the work could do it twice: it is then never retried. Default true. */
  readonly retrySafe?: boolean;
}

/** An operator's order that stands above the breaker until it is reset or expires. */
export interface PolicyOverride {
  readonly mode: 'isolated' | 'disabled';
  readonly reason?: string;
  readonly expiresAt?: Date;
}

/** What an operator sees of a policy in this process. */
export interface PolicySnapshot {
  readonly service: ServiceName;
  readonly state: CircuitState;
  /** Consecutive failures counted by the breaker. */
  readonly failureCount: number;
  readonly lastFailureAt: Date | null;
  readonly lastFailureCode: string | null;
  /** When an open circuit lets the next probe through. */
  readonly nextAttemptAt: Date | null;
  readonly override: PolicyOverride | null;
  /** Calls that hold a place in the bulkhead, and calls that wait for one. */
  readonly activeCalls: number;
  readonly queuedCalls: number;
}

/** The only thing features see of a dependency's retries, circuit breaker, bulkhead and time limits. */
export interface ServicePolicy {
  readonly service: ServiceName;
  readonly state: CircuitState;

  /**
   * Does `work` under the policy. The driver inside `work` has translated the vendor's errors into `ApiError`s;
   * those the catalogue calls retryable are retried and counted by the breaker.
   *
   * @param operation snake_case name for logs and statistics, e.g. `create_session`
   * @throws ApiError `<SERVICE>_UNAVAILABLE` (circuit open), `<SERVICE>_TIMEOUT`, `SERVICE_UNAVAILABLE` (bulkhead full),
   *   or what the last attempt failed with; the reason of `options.signal` when that aborted
   */
  execute<T>(operation: string, work: (context: AttemptContext) => Promise<T>, options?: ExecuteOptions<T>): Promise<T>;

  /** What the circuit would refuse a call with at this moment; null when it would let it out. */
  refusal(): ApiError | null;

  snapshot(): PolicySnapshot;

  /** Lifts any override and closes the circuit. */
  reset(): void;
  /** Refuses all calls until reset or expiry. */
  isolate(options?: Omit<PolicyOverride, 'mode'>): void;
  /** Lets calls pass whatever the breaker thinks, until reset or expiry; time limits, retries and bulkhead stay. */
  disable(options?: Omit<PolicyOverride, 'mode'>): void;
}
