import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { AppConfig } from '../../config/index.js';
import type { Clock } from '../time/index.js';
import type { ServicePolicy } from './service-policy.js';

/** How soon after the end of its recovery time a circuit that nobody calls is probed. */
const LOOK_INTERVAL_MS = 500;

/** A cheap request that needs the credentials and changes nothing; its answer does not matter. */
export type Ping = (signal: AbortSignal) => Promise<unknown>;

interface ProbedCircuit {
  readonly policy: ServicePolicy;
  readonly ping: Ping;
  readonly recoveryTimeoutMs: number;
  /** The probe that is out. */
  probe: Promise<void> | null;
  /** On the monotonic clock. */
  notBeforeMs: number;
}

/**
 * Probes circuits that nobody calls. A breaker lets a probe through when its recovery time is over, but somebody has to
 * send it: where all work waits for the dependency nobody does, and the circuit would stay open for ever.
 *
 * Sends one ping at a time, under the policy, so that it counts like any other call; none while the circuit is closed,
 * while an operator holds it or has it ignored, or while somebody else's call is the probe.
 */
export class CircuitProber implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly circuits: ProbedCircuit[] = [];
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** Takes on a dependency; called once for each, by the feature that knows how to ask it. */
  register(policy: ServicePolicy, ping: Ping): void {
    const { recoveryTimeoutMs } = this.config.resilience[policy.service];
    this.circuits.push({ policy, ping, recoveryTimeoutMs, probe: null, notBeforeMs: 0 });
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.look(), LOOK_INTERVAL_MS);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort();
    await Promise.all(this.circuits.flatMap(({ probe }) => probe ?? []));
  }

  /** Starts the probes that are due. */
  look(): void {
    if (this.stopping.signal.aborted) return;
    for (const circuit of this.circuits) {
      if (!this.isDue(circuit)) continue;
      circuit.probe = this.probe(circuit).finally(() => {
        circuit.probe = null;
      });
    }
  }

  private isDue({ policy, probe, notBeforeMs }: ProbedCircuit): boolean {
    if (probe !== null || this.clock.monotonicMs() < notBeforeMs) return false;
    const { state, nextAttemptAt, activeCalls } = policy.snapshot();
    // Half-open without a call under way: a probe said nothing about the dependency, and the next one has not come.
    if (state !== 'open' && !(state === 'half_open' && activeCalls === 0)) return false;
    return nextAttemptAt !== null && nextAttemptAt <= this.clock.now();
  }

  private async probe(circuit: ProbedCircuit): Promise<void> {
    const { policy, ping, recoveryTimeoutMs } = circuit;
    try {
      await policy.execute('probe', ({ signal }) => ping(signal), { maxRetries: 0, signal: this.stopping.signal });
    } catch {
      // The policy has logged and counted it. Where it proved nothing (wrong credentials, say) the circuit would let the
      // next one go at once.
      circuit.notBeforeMs = this.clock.monotonicMs() + recoveryTimeoutMs;
    }
  }
}
