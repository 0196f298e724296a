import type { PolicySettings, ServiceName } from '../../config/index.js';
import { type ApiError, translateError } from '../errors/index.js';
import type { Clock } from '../time/index.js';
import { AttemptCancelledError, runAttempt } from './attempt.js';
import { MAX_RETRY_AFTER_SECONDS, nextBackoffMs, pause } from './backoff.js';
import { Bulkhead, BulkheadFullError } from './bulkhead.js';
import { Circuit, CircuitRefusal } from './circuit.js';
import { attemptTimeoutError, overloadedError, requestedPauseSeconds } from './policy-errors.js';
import type { PolicyEvents } from './policy-events.js';
import { RetryBudget } from './retry-budget.js';
import type {
  AttemptContext,
  CircuitState,
  ExecuteOptions,
  PolicyOverride,
  PolicySnapshot,
  ServicePolicy,
} from './service-policy.js';

/** The call was not sent: nothing was learned, and asking again at once would not help. */
class NotSentError extends Error {
  override readonly name = 'NotSentError';

  constructor(
    readonly reason: 'circuit' | 'bulkhead' | 'deadline',
    readonly error: ApiError,
  ) {
    super('The call was not sent');
  }
}

/** One call of a feature, with its limits worked out. */
interface Call<T> {
  readonly operation: string;
  readonly work: (context: AttemptContext) => Promise<T>;
  readonly maxAttempts: number;
  readonly attemptTimeoutMs: number;
  /** On the monotonic clock. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
}

export interface DependencyPolicyPorts {
  readonly events: PolicyEvents;
  readonly clock: Clock;
  /** Source of the jitter: numbers in [0, 1). */
  readonly random: () => number;
}

/**
 * The policy of one dependency. From outside in: fallback, total deadline, budgeted retries, bulkhead, circuit breaker,
 * time limit of the attempt.
 */
export class DependencyPolicy implements ServicePolicy {
  private readonly bulkhead: Bulkhead;
  private readonly circuit: Circuit;
  private readonly budget: RetryBudget;

  constructor(
    readonly service: ServiceName,
    private readonly settings: PolicySettings,
    private readonly ports: DependencyPolicyPorts,
  ) {
    this.bulkhead = new Bulkhead(settings.bulkhead, settings.queue);
    this.budget = new RetryBudget(ports.clock);
    // Who waits for a place when the circuit stops taking calls waits in vain.
    this.circuit = new Circuit(service, settings, ports.events, ports.clock, (refusal) =>
      this.bulkhead.refuseWaiting(refusal),
    );
  }

  get state(): CircuitState {
    return this.circuit.state;
  }

  async execute<T>(
    operation: string,
    work: (context: AttemptContext) => Promise<T>,
    options: ExecuteOptions<T> = {},
  ): Promise<T> {
    try {
      return await this.attemptRepeatedly(this.plan(operation, work, options));
    } catch (error) {
      if (options.signal?.aborted === true) throw options.signal.reason;
      const failure = translateError(error instanceof NotSentError ? error.error : error);
      if (options.fallback === undefined) throw failure;
      return await this.fallBack(operation, failure, options.fallback);
    }
  }

  snapshot(): PolicySnapshot {
    const { state, failureCount, lastFailure, nextAttemptAt, override } = this.circuit;
    return {
      service: this.service,
      state,
      failureCount,
      lastFailureAt: lastFailure?.at ?? null,
      lastFailureCode: lastFailure?.code ?? null,
      nextAttemptAt,
      override,
      activeCalls: this.bulkhead.active,
      queuedCalls: this.bulkhead.waiting,
    };
  }

  reset(): void {
    this.circuit.reset();
  }

  isolate(options: Omit<PolicyOverride, 'mode'> = {}): void {
    this.circuit.isolate(options);
  }

  disable(options: Omit<PolicyOverride, 'mode'> = {}): void {
    this.circuit.disable(options);
  }

  private plan<T>(operation: string, work: Call<T>['work'], options: ExecuteOptions<T>): Call<T> {
    const retries = options.retrySafe === false ? 0 : (options.maxRetries ?? this.settings.attempts - 1);
    return {
      operation,
      work,
      maxAttempts: 1 + Math.max(0, retries),
      attemptTimeoutMs: options.attemptTimeoutMs ?? this.settings.timeoutMs,
      deadlineMs: this.ports.clock.monotonicMs() + (options.totalTimeoutMs ?? Number.POSITIVE_INFINITY),
      signal: options.signal,
    };
  }

  private async attemptRepeatedly<T>(call: Call<T>): Promise<T> {
    const startedMs = this.ports.clock.monotonicMs();
    let delayMs = 0;
    let succeeded = false;
    let attempt = 1;
    try {
      for (; ; attempt += 1) {
        try {
          const value = await this.attemptOnce(call, attempt);
          succeeded = true;
          return value;
        } catch (error) {
          const delay = this.delayBeforeRetry(call, attempt, delayMs, error);
          if (delay === null) throw error;
          delayMs = delay;
        }
        await pause(delayMs, call.signal);
      }
    } finally {
      this.ports.events.publish({
        type: 'duration',
        service: this.service,
        operation: call.operation,
        durationMs: this.ports.clock.monotonicMs() - startedMs,
        attempts: attempt,
        succeeded,
      });
    }
  }

  /** How long to wait before the next attempt, or null when there is to be none. */
  private delayBeforeRetry<T>(call: Call<T>, attempt: number, previousDelayMs: number, error: unknown): number | null {
    if (error instanceof NotSentError || call.signal?.aborted === true || attempt >= call.maxAttempts) return null;
    const failure = translateError(error);
    if (!failure.retryable) return null;
    const requestedSeconds = requestedPauseSeconds(failure);
    const delayMs = Math.max(nextBackoffMs(previousDelayMs, this.ports.random), requestedSeconds * 1_000);
    const denied =
      requestedSeconds > MAX_RETRY_AFTER_SECONDS
        ? 'retry_after'
        : this.remainingMs(call) <= delayMs
          ? 'deadline'
          : this.budget.withdraw()
            ? null
            : 'budget';
    const event = { service: this.service, operation: call.operation, code: failure.code };
    if (denied !== null) {
      this.ports.events.publish({ ...event, type: 'retry_denied', reason: denied });
      return null;
    }
    this.ports.events.publish({ ...event, type: 'retry', attempt: attempt + 1, delayMs });
    return delayMs;
  }

  private async attemptOnce<T>(call: Call<T>, attempt: number): Promise<T> {
    call.signal?.throwIfAborted();
    await this.takePlace(call);
    let sent = false;
    try {
      return await this.circuit.run(async () => {
        sent = true;
        if (attempt === 1) this.budget.deposit();
        return await this.send(call, attempt);
      });
    } catch (error) {
      if (!sent) this.bulkhead.leave();
      throw error instanceof CircuitRefusal ? this.notSent(call, 'circuit', error.error) : error;
    }
  }

  /** Takes a place in the bulkhead, waiting no longer than an attempt may last. */
  private async takePlace<T>(call: Call<T>): Promise<void> {
    const refusal = this.circuit.refusal();
    if (refusal !== null) throw this.notSent(call, 'circuit', refusal.error);
    const waitMs = Math.min(call.attemptTimeoutMs, this.remainingMs(call));
    if (waitMs <= 0) throw this.notSent(call, 'deadline', overloadedError(undefined));
    if (this.bulkhead.tryEnter()) return;

    const waiting = new AbortController();
    const onCallerAbort = (): void => waiting.abort(call.signal?.reason);
    const timer = setTimeout(() => waiting.abort(this.notSent(call, 'deadline', overloadedError(undefined))), waitMs);
    call.signal?.addEventListener('abort', onCallerAbort, { once: true });
    try {
      await this.bulkhead.enter(waiting.signal);
    } catch (error) {
      if (error instanceof CircuitRefusal) throw this.notSent(call, 'circuit', error.error);
      if (error instanceof BulkheadFullError) throw this.notSent(call, 'bulkhead', overloadedError(error));
      throw error;
    } finally {
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', onCallerAbort);
    }
  }

  private async send<T>(call: Call<T>, attempt: number): Promise<T> {
    const { clock, events } = this.ports;
    const { operation, work, signal } = call;
    const startedMs = clock.monotonicMs();
    const timeoutMs = Math.min(call.attemptTimeoutMs, this.remainingMs(call));
    const report = (outcome: 'success' | 'failure' | 'timeout' | 'cancelled', code: string | null): void =>
      events.publish({
        type: 'attempt',
        service: this.service,
        operation,
        attempt,
        outcome,
        durationMs: clock.monotonicMs() - startedMs,
        code,
      });
    try {
      const value = await runAttempt(work, {
        attempt,
        timeoutMs,
        signal,
        onEnd: () => this.bulkhead.leave(),
        onLateEnd: (succeeded) => {
          const lateMs = clock.monotonicMs() - startedMs - timeoutMs;
          events.publish({ type: 'late_end', service: this.service, operation, lateMs, succeeded });
        },
      });
      report('success', null);
      return value;
    } catch (error) {
      if (error instanceof AttemptCancelledError && error.by === 'caller') {
        report('cancelled', null);
        throw error;
      }
      const timedOut = error instanceof AttemptCancelledError;
      const failure = timedOut ? attemptTimeoutError(this.service, error.workError) : translateError(error);
      report(timedOut ? 'timeout' : 'failure', failure.code);
      throw failure;
    }
  }

  private async fallBack<T>(
    operation: string,
    failure: ApiError,
    fallback: (error: ApiError) => Promise<T>,
  ): Promise<T> {
    let succeeded = false;
    try {
      const value = await fallback(failure);
      succeeded = true;
      return value;
    } catch (error) {
      throw translateError(error);
    } finally {
      this.ports.events.publish({ type: 'fallback', service: this.service, operation, code: failure.code, succeeded });
    }
  }

  private remainingMs<T>(call: Call<T>): number {
    return call.deadlineMs - this.ports.clock.monotonicMs();
  }

  private notSent<T>(call: Call<T>, reason: NotSentError['reason'], error: ApiError): NotSentError {
    this.ports.events.publish({ type: 'reject', service: this.service, operation: call.operation, reason });
    return new NotSentError(reason, error);
  }
}
