import type { PolicySettings, ServiceName } from '../../config/index.js';
import { type ApiError, translateError } from '../errors/index.js';
import { MAX_RETRY_AFTER_SECONDS, nextBackoffMs, pause } from './backoff.js';
import { Bulkhead } from './bulkhead.js';
import { type Call, CallSender, NotSent, type SenderPorts } from './call-sender.js';
import { Circuit } from './circuit.js';
import type { PolicyEvent } from './policy-events.js';
import { RetryBudget } from './retry-budget.js';
import type {
  AttemptContext,
  CircuitState,
  ExecuteOptions,
  PolicyOverride,
  PolicySnapshot,
  ServicePolicy,
} from './service-policy.js';

type RetryDenial = Extract<PolicyEvent, { type: 'retry_denied' }>['reason'];

export interface DependencyPolicyPorts extends SenderPorts {
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
  private readonly sender: CallSender;

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
    this.sender = new CallSender(service, this.bulkhead, this.circuit, this.budget, ports);
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
      const failure = translateError(error instanceof NotSent ? error.error : error);
      if (options.fallback === undefined) throw failure;
      return await this.fallBack(operation, failure, options.fallback);
    }
  }

  refusal(): ApiError | null {
    return this.circuit.refusal()?.error ?? null;
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
      deadlineMs:
        options.totalTimeoutMs === undefined
          ? Number.POSITIVE_INFINITY
          : this.ports.clock.monotonicMs() + options.totalTimeoutMs,
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
          const value = await this.sender.send(call, attempt);
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
    if (error instanceof NotSent || call.signal?.aborted === true || attempt >= call.maxAttempts) return null;
    const failure = translateError(error);
    if (!failure.retryable) return null;
    const requestedSeconds = failure.retryAfterSeconds ?? 0;
    const delayMs = Math.max(nextBackoffMs(previousDelayMs, this.ports.random), requestedSeconds * 1_000);
    const denied = this.reasonAgainstRetry(call, requestedSeconds, delayMs);
    const event = { service: this.service, operation: call.operation, code: failure.code };
    if (denied !== null) {
      this.ports.events.publish({ ...event, type: 'retry_denied', reason: denied });
      return null;
    }
    this.ports.events.publish({ ...event, type: 'retry', attempt: attempt + 1, delayMs });
    return delayMs;
  }

  private reasonAgainstRetry<T>(call: Call<T>, requestedSeconds: number, delayMs: number): RetryDenial | null {
    if (requestedSeconds > MAX_RETRY_AFTER_SECONDS) return 'retry_after';
    if (this.circuit.refusal() !== null) return 'circuit';
    if (call.deadlineMs - this.ports.clock.monotonicMs() <= delayMs) return 'deadline';
    return this.budget.withdraw() ? null : 'budget';
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
}
