import type { Logger, OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { ServiceName } from '../../config/index.js';
import { ERROR_CATALOGUE, isErrorCode } from '../errors/index.js';
import type { Clock } from '../time/index.js';
import type { PolicyEvent, PolicyEvents } from './policy-events.js';
import type { PolicyRegistry } from './policy-registry.js';

/** A dependency that fails every other call recovers as often; what waits is not woken more often than this for it. */
const QUIET_MS = 5_000;

/** `circuit`: it lets calls out again. `success`: an operation that had failed works again, and the circuit never opened. */
export type RecoverySign = 'circuit' | 'success';

type Attempt = Extract<PolicyEvent, { type: 'attempt' }>;
type Hearer = (sign: RecoverySign) => void;

interface Trouble {
  /** Operations whose last attempts failed. */
  readonly operations: Set<string>;
  /** On the monotonic clock. */
  quietUntilMs: number;
}

/**
 * Tells whoever waits for a dependency that calls to it may succeed again, so that nobody sleeps to the end of a backoff:
 * - its circuit closed, by a probe or by an operator;
 * - an operator's isolation ended over a closed circuit, or the circuit is to be ignored from now on;
 * - an operation succeeded after failures that were too few to open the circuit, or that do not count (wrong credentials).
 *
 * Each process tells of its own circuits. Work that any process may do lies in PostgreSQL, and is woken there.
 */
export class Recoveries implements OnModuleInit, OnModuleDestroy {
  private readonly hearers = new Map<ServiceName, Set<Hearer>>();
  private readonly troubles = new Map<ServiceName, Trouble>();
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly events: PolicyEvents,
    private readonly registry: PolicyRegistry,
    private readonly clock: Clock,
    private readonly logger: Pick<Logger, 'error'>,
  ) {}

  onModuleInit(): void {
    this.unsubscribe = this.events.subscribe((event) => this.hear(event));
  }

  onModuleDestroy(): void {
    this.unsubscribe?.();
    this.hearers.clear();
  }

  /**
   * @param hearer called synchronously: it starts its work and returns
   * @returns a function that removes it again
   */
  of(service: ServiceName, hearer: Hearer): () => void {
    const hearers = this.hearers.get(service) ?? new Set();
    this.hearers.set(service, hearers.add(hearer));
    return () => {
      hearers.delete(hearer);
    };
  }

  private hear(event: PolicyEvent): void {
    switch (event.type) {
      case 'attempt':
        this.hearAttempt(event);
        return;
      case 'reset':
        this.tell(event.service, 'circuit');
        return;
      case 'override':
        if (event.mode === 'disabled') this.tell(event.service, 'circuit');
        return;
      case 'override_ended':
        if (this.registry.get(event.service).state === 'closed') this.tell(event.service, 'circuit');
        return;
      case 'break':
      case 'half_open':
      case 'retry':
      case 'retry_denied':
      case 'reject':
      case 'fallback':
      case 'late_end':
      case 'duration':
    }
  }

  private hearAttempt(event: Attempt): void {
    const { operations, quietUntilMs } = this.troubleOf(event.service);
    if (isTrouble(event)) operations.add(event.operation);
    // Another operation proves nothing: a look-up that the service answers says not that it takes what is sent.
    if (event.outcome !== 'success' || !operations.has(event.operation)) return;
    const { state } = this.registry.get(event.service);
    // Of a half-open circuit its own event tells, once it takes calls.
    const letsOut = state === 'closed' || state === 'disabled';
    if (letsOut && this.clock.monotonicMs() >= quietUntilMs) this.tell(event.service, 'success');
  }

  private tell(service: ServiceName, sign: RecoverySign): void {
    const trouble = this.troubleOf(service);
    trouble.operations.clear();
    trouble.quietUntilMs = this.clock.monotonicMs() + QUIET_MS;
    for (const hearer of this.hearers.get(service) ?? []) {
      try {
        hearer(sign);
      } catch (error) {
        this.logger.error({ msg: 'Somebody could not be told of a recovery', service, err: error });
      }
    }
  }

  private troubleOf(service: ServiceName): Trouble {
    const trouble = this.troubles.get(service) ?? { operations: new Set(), quietUntilMs: 0 };
    this.troubles.set(service, trouble);
    return trouble;
  }
}

/** The dependency is to blame, or our access to it; not what was asked of it. */
function isTrouble({ outcome, code }: Attempt): boolean {
  if (outcome === 'timeout') return true;
  return outcome === 'failure' && isErrorCode(code) && ERROR_CATALOGUE[code].status >= 500;
}
