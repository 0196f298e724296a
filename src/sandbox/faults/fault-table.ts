import type { Clock } from '../../platform/time/index.js';
import type { DoubleView } from './dto/faults.response.js';
import { type Fault, SANDBOX_SERVICES, type SandboxService } from './fault.js';

interface Entry {
  readonly fault: Fault;
  readonly endsAtMs: number | null;
  remainingTimes: number | null;
}

/** The fault in force for each service. Kept in memory: a restart of the sandbox ends every fault. */
export class FaultTable {
  private readonly entries = new Map<SandboxService, Entry>();
  private readonly calls = new Map<SandboxService, number>();
  private readonly failedCalls = new Map<SandboxService, number>();

  constructor(
    private readonly clock: Clock,
    private readonly random: () => number = Math.random,
  ) {}

  /** Puts a fault in force, replacing the one before. */
  set(service: SandboxService, fault: Fault): void {
    this.entries.set(service, {
      fault,
      endsAtMs: fault.for_seconds === null ? null : this.clock.monotonicMs() + fault.for_seconds * 1_000,
      remainingTimes: fault.times,
    });
  }

  clear(service: SandboxService): void {
    this.entries.delete(service);
  }

  clearAll(): void {
    this.entries.clear();
  }

  /** Counts one call and decides whether, and how, it fails. */
  take(service: SandboxService): Fault | null {
    this.calls.set(service, (this.calls.get(service) ?? 0) + 1);
    const entry = this.current(service);
    if (entry === null || (entry.fault.rate < 1 && this.random() >= entry.fault.rate)) return null;
    if (entry.remainingTimes !== null) entry.remainingTimes -= 1;
    this.failedCalls.set(service, (this.failedCalls.get(service) ?? 0) + 1);
    return entry.fault;
  }

  view(service: SandboxService): DoubleView {
    const entry = this.current(service);
    return {
      service,
      fault:
        entry === null
          ? null
          : {
              ...entry.fault,
              remaining_times: entry.remainingTimes,
              remaining_ms: entry.endsAtMs === null ? null : Math.ceil(entry.endsAtMs - this.clock.monotonicMs()),
            },
      calls: this.calls.get(service) ?? 0,
      failed_calls: this.failedCalls.get(service) ?? 0,
    };
  }

  viewAll(): readonly DoubleView[] {
    return SANDBOX_SERVICES.map((service) => this.view(service));
  }

  private current(service: SandboxService): Entry | null {
    const entry = this.entries.get(service);
    if (entry === undefined) return null;
    const spent = entry.remainingTimes === 0;
    const expired = entry.endsAtMs !== null && this.clock.monotonicMs() >= entry.endsAtMs;
    if (!spent && !expired) return entry;
    this.entries.delete(service);
    return null;
  }
}
