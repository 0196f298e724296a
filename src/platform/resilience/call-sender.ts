import type { ServiceName } from '../../config/index.js';
import { type ApiError, translateError } from '../errors/index.js';
import type { Clock } from '../time/index.js';
import { AttemptCancelledError, runAttempt } from './attempt.js';
import { type Bulkhead, BulkheadFullError } from './bulkhead.js';
import { type Circuit, CircuitRefusal } from './circuit.js';
import { attemptTimeoutError, overloadedError } from './policy-errors.js';
import type { PolicyEvents } from './policy-events.js';
import type { RetryBudget } from './retry-budget.js';
import type { AttemptContext } from './service-policy.js';

/**
 * The call was not sent: nothing was learned, and asking again at once would not help. Thrown within this folder only, and
 * often, so it is spared the cost of a stack.
 */
export class NotSent {
  constructor(readonly error: ApiError) {}
}

/** One call of a feature, with its limits worked out. */
export interface Call<T> {
  readonly operation: string;
  readonly work: (context: AttemptContext) => Promise<T>;
  readonly maxAttempts: number;
  readonly attemptTimeoutMs: number;
  /** On the monotonic clock; infinite when there is none. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
}

export interface SenderPorts {
  readonly events: PolicyEvents;
  readonly clock: Clock;
}

/** Takes one attempt of a call through bulkhead, circuit breaker and time limit. */
export class CallSender {
  /** Errors of attempts whose work still runs and keeps its place. */
  private readonly abandoned = new WeakSet();

  constructor(
    private readonly service: ServiceName,
    private readonly bulkhead: Bulkhead,
    private readonly circuit: Circuit,
    private readonly budget: RetryBudget,
    private readonly ports: SenderPorts,
  ) {}

  /**
   * Sends a call once.
   * @throws NotSent when it was not sent, the reason of its signal, or what the attempt failed with, translated
   */
  async send<T>(call: Call<T>, attempt: number): Promise<T> {
    call.signal?.throwIfAborted();
    // No await where there is no wait: between the look at a circuit that may be probed and the probe nobody else may pass.
    const waiting = this.takePlace(call);
    if (waiting !== null) await waiting;
    let leftBehind = false;
    try {
      return await this.circuit.run(() => {
        if (attempt === 1) this.budget.deposit();
        return this.attempt(call, attempt);
      });
    } catch (error) {
      leftBehind = this.abandoned.delete(error as object);
      throw error instanceof CircuitRefusal ? this.notSent(call, 'circuit', error.error) : error;
    } finally {
      // After the circuit has heard of it, so that nobody is let in whom it would refuse.
      if (!leftBehind) this.bulkhead.leave();
    }
  }

  /** Takes a place in the bulkhead: at once (null), or after waiting no longer than an attempt may last. */
  private takePlace<T>(call: Call<T>): Promise<void> | null {
    const refusal = this.circuit.refusal();
    if (refusal !== null) throw this.notSent(call, 'circuit', refusal.error);
    const waitMs = Math.min(call.attemptTimeoutMs, this.remainingMs(call));
    if (waitMs <= 0) throw this.notSent(call, 'deadline', overloadedError(undefined));
    return this.bulkhead.tryEnter() ? null : this.waitForPlace(call, waitMs);
  }

  private async waitForPlace<T>(call: Call<T>, waitMs: number): Promise<void> {
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

  private async attempt<T>(call: Call<T>, attempt: number): Promise<T> {
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
        onLateEnd: (succeeded) => {
          this.bulkhead.leave();
          const lateMs = clock.monotonicMs() - startedMs - timeoutMs;
          events.publish({ type: 'late_end', service: this.service, operation, lateMs, succeeded });
        },
      });
      report('success', null);
      return value;
    } catch (error) {
      if (error instanceof AttemptCancelledError && error.by === 'caller') {
        report('cancelled', null);
        if (error.leftBehind) this.abandoned.add(error);
        throw error;
      }
      const timedOut = error instanceof AttemptCancelledError;
      const failure = timedOut ? attemptTimeoutError(this.service, error.workError) : translateError(error);
      if (timedOut && error.leftBehind) this.abandoned.add(failure);
      report(timedOut ? 'timeout' : 'failure', failure.code);
      throw failure;
    }
  }

  private remainingMs<T>(call: Call<T>): number {
    if (call.deadlineMs === Number.POSITIVE_INFINITY) return call.deadlineMs;
    return call.deadlineMs - this.ports.clock.monotonicMs();
  }

  private notSent<T>(call: Call<T>, reason: 'circuit' | 'bulkhead' | 'deadline', error: ApiError): NotSent {
    this.ports.events.publish({ type: 'reject', service: this.service, operation: call.operation, reason });
    return new NotSent(error);
  }
}
