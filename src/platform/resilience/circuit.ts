import {
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState as BreakerState,
  DelegateBackoff,
  type FailureReason,
  handleWhen,
  isBrokenCircuitError,
} from 'cockatiel';
import type { PolicySettings, ServiceName } from '../../config/index.js';
import { type ApiError, isApiError } from '../errors/index.js';
import type { Clock } from '../time/index.js';
import { OperatorOrder } from './operator-order.js';
import { circuitOpenError } from './policy-errors.js';
import type { PolicyEvents } from './policy-events.js';
import type { CircuitState, PolicyOverride } from './service-policy.js';
import { TripRules } from './trip-rules.js';

/** The dependency failed: what the breaker counts. */
class CountedFailure {
  constructor(readonly error: ApiError) {}
}

/** The probe of a half-open circuit ended without saying anything about the dependency. */
class InconclusiveProbe {
  constructor(readonly error: unknown) {}
}

/** A call succeeded that began before the state last changed: cockatiel would let it clear the failures of the present state. */
class OutdatedSuccess {
  constructor(readonly value: unknown) {}
}

/** A call that succeeded; `trips` when its slowness opens the circuit. */
interface Completed<T> {
  readonly value: T;
  readonly trips: boolean;
}

/** The circuit takes no call now. Thrown within this folder only, and often, so it is spared the cost of a stack. */
export class CircuitRefusal {
  constructor(readonly error: ApiError) {}
}

export interface CircuitFailure {
  readonly at: Date;
  readonly code: string;
}

/**
 * The circuit breaker of one dependency: cockatiel's state machine, with what it lacks.
 * - While a probe is out everybody else is refused at once; cockatiel lets them wait and then go all together.
 * - Only a success closes a half-open circuit. A probe that fails for a reason of its own (a bad request, a caller who
 *   left) proves nothing: the next call probes again.
 * - A call that began before the state last changed has no say in the present state.
 * - Slow calls can open it, and an operator can hold it open, ignore it, or close it.
 */
export class Circuit {
  private readonly rules: TripRules;
  private readonly breaker: CircuitBreakerPolicy;
  /** Grows with each change of state. */
  private epoch = 0;
  private opened: { readonly at: Date; readonly forMs: number } | null = null;
  private failure: CircuitFailure | null = null;
  private resetting = false;
  private readonly order: OperatorOrder;

  /** @param onRefusing called whenever the circuit begins to refuse calls, with what they are refused with */
  constructor(
    private readonly service: ServiceName,
    private readonly settings: PolicySettings,
    private readonly events: PolicyEvents,
    private readonly clock: Clock,
    private readonly onRefusing: (refusal: CircuitRefusal) => void,
  ) {
    this.rules = new TripRules(settings);
    this.order = new OperatorOrder(service, events, clock);
    this.breaker = circuitBreaker(
      handleWhen((error) => error instanceof CountedFailure || error instanceof InconclusiveProbe).orWhenResult(
        (result) => (result as Completed<unknown>).trips,
      ),
      {
        breaker: this.rules,
        halfOpenAfter: new DelegateBackoff(({ result }: { result: FailureReason<unknown> }) => this.openTimeMs(result)),
      },
    );
    this.breaker.onStateChange(() => {
      this.epoch += 1;
    });
    this.breaker.onBreak((reason) => this.onBreak(reason));
    this.breaker.onHalfOpen(() => {
      this.events.publish({ type: 'half_open', service: this.service });
      this.onRefusing(new CircuitRefusal(circuitOpenError(this.service, 0)));
    });
    this.breaker.onReset(() => this.onReset());
  }

  get state(): CircuitState {
    return this.order.current?.mode ?? this.breakerState();
  }

  /** Consecutive failures. */
  get failureCount(): number {
    return this.rules.failureCount;
  }

  get lastFailure(): CircuitFailure | null {
    return this.failure;
  }

  get override(): PolicyOverride | null {
    return this.order.current;
  }

  /** When the next probe may go out; null while nothing keeps calls back, or nobody knows for how long. */
  get nextAttemptAt(): Date | null {
    const order = this.order.current;
    if (order !== null) return order.mode === 'isolated' ? (order.expiresAt ?? null) : null;
    return this.opened === null ? null : new Date(this.opened.at.getTime() + this.opened.forMs);
  }

  /** What a call is refused with at this moment, or null when it may go out. */
  refusal(): CircuitRefusal | null {
    const order = this.order.current;
    if (order?.mode === 'disabled') return null;
    if (order === null && this.breaker.state === BreakerState.Closed) return null;
    const remainingMs = (this.nextAttemptAt?.getTime() ?? 0) - this.clock.now().getTime();
    const refused =
      order?.mode === 'isolated' ||
      this.breaker.state === BreakerState.HalfOpen ||
      (this.breaker.state === BreakerState.Open && remainingMs > 0);
    return refused ? new CircuitRefusal(circuitOpenError(this.service, remainingMs)) : null;
  }

  /**
   * Does `work` unless the circuit refuses it, and learns from how it ends.
   * @param work throws translated errors
   * @throws CircuitRefusal without having called `work`, or what `work` throws
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const refusal = this.refusal();
    if (refusal !== null) throw refusal;
    if (this.order.current?.mode === 'disabled') return await work();
    try {
      // The breaker starts the work within this very turn, so the state that was just looked at is still the state.
      const { value } = await this.breaker.execute(() => this.observe(work));
      return value;
    } catch (error) {
      if (error instanceof OutdatedSuccess) return error.value as T;
      if (error instanceof CountedFailure || error instanceof InconclusiveProbe) throw error.error;
      // Only where the two clocks differ, since the refusal above comes first.
      if (isBrokenCircuitError(error)) throw new CircuitRefusal(circuitOpenError(this.service, 0));
      throw error;
    }
  }

  /** Lifts any order, closes the circuit and forgets its failures. */
  reset(): void {
    this.order.lift('operator');
    this.rules.clear();
    if (this.breaker.state === BreakerState.Closed) return;
    this.resetting = true;
    // Cockatiel's only way to close a circuit from outside.
    this.breaker.isolate().dispose();
    this.resetting = false;
  }

  /** Refuses every call. */
  isolate(options: Omit<PolicyOverride, 'mode'>): void {
    this.order.give({ ...options, mode: 'isolated' });
    const refusal = this.refusal();
    if (refusal !== null) this.onRefusing(refusal);
  }

  /** Lets every call pass and learns nothing from it. */
  disable(options: Omit<PolicyOverride, 'mode'>): void {
    this.order.give({ ...options, mode: 'disabled' });
  }

  private breakerState(): 'closed' | 'open' | 'half_open' {
    if (this.breaker.state === BreakerState.Closed) return 'closed';
    return this.breaker.state === BreakerState.HalfOpen || this.opened?.forMs === 0 ? 'half_open' : 'open';
  }

  private async observe<T>(work: () => Promise<T>): Promise<Completed<T>> {
    const epoch = this.epoch;
    const probing = this.breaker.state === BreakerState.HalfOpen;
    const timed = this.settings.slowCallMs !== null;
    const startedMs = timed ? this.clock.monotonicMs() : 0;
    let value: T;
    try {
      value = await work();
    } catch (error) {
      const counts = isApiError(error) && error.retryable;
      if (counts) this.failure = { at: this.clock.now(), code: error.code };
      if (epoch !== this.epoch) throw error;
      if (counts) throw new CountedFailure(error);
      throw probing ? new InconclusiveProbe(error) : error;
    }
    if (epoch !== this.epoch) throw new OutdatedSuccess(value);
    return { value, trips: timed && this.rules.tooSlowAfter(this.clock.monotonicMs() - startedMs, probing) };
  }

  private openTimeMs(result: FailureReason<unknown>): number {
    return isInconclusive(result) ? 0 : this.settings.recoveryTimeoutMs;
  }

  private onBreak(reason: FailureReason<unknown> | { isolated: true }): void {
    if ('isolated' in reason) return;
    const probed = this.opened !== null;
    this.opened = { at: this.clock.now(), forMs: this.openTimeMs(reason) };
    if (isInconclusive(reason)) return;
    this.rules.forgetSlowCalls();
    this.events.publish({
      type: 'break',
      service: this.service,
      cause: probed ? 'probe' : 'error' in reason ? 'failures' : 'slow_calls',
      code: 'error' in reason && reason.error instanceof CountedFailure ? reason.error.error.code : null,
      openForMs: this.opened.forMs,
    });
    this.onRefusing(new CircuitRefusal(circuitOpenError(this.service, this.opened.forMs)));
  }

  private onReset(): void {
    this.opened = null;
    this.rules.clear();
    this.events.publish({ type: 'reset', service: this.service, by: this.resetting ? 'operator' : 'probe' });
  }
}

function isInconclusive(result: FailureReason<unknown> | { isolated: true }): boolean {
  return 'error' in result && result.error instanceof InconclusiveProbe;
}
