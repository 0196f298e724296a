import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { OutageLog } from '../../platform/logging/index.js';
import { PolicyEvents, PolicyRegistry } from '../../platform/resilience/index.js';
import { circuitChange } from './circuit-change.js';
import { CircuitEventWriter } from './circuit-event-writer.js';
import { circuitReport } from './circuit-report.js';
import { FleetRegister } from './fleet-register.js';

/** How often an instance says that it is there, in ms; a change of a circuit is told at once. */
const INTERVAL_MS = 2_000;

/** Tells the fleet every two seconds that this process is there and how its circuits stand, and what changed about them. */
@Injectable()
export class Heartbeat implements OnModuleInit, OnApplicationShutdown {
  private readonly outages = new OutageLog(new Logger(Heartbeat.name), 'The fleet cannot be told of this instance');
  private timer: NodeJS.Timeout | undefined;
  private beating: Promise<void> | null = null;
  private beatAgain = false;
  private stopped = false;
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly register: FleetRegister,
    private readonly changes: CircuitEventWriter,
    private readonly events: PolicyEvents,
    private readonly policies: PolicyRegistry,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  onModuleInit(): void {
    this.unsubscribe = this.events.subscribe((event) => {
      const change = circuitChange(event);
      if (change === null) return;
      this.changes.add(change);
      // The circuit is told of as it stands when the event is over.
      setImmediate(() => void this.beat());
    });
    void this.beat();
  }

  /** Late, so that an instance is seen as long as it works. */
  async onApplicationShutdown(): Promise<void> {
    this.unsubscribe?.();
    this.stopped = true;
    clearTimeout(this.timer);
    await this.beating;
    try {
      await this.changes.flush();
      await this.register.leave();
    } catch (error) {
      // It expires by itself.
      this.outages.report(error);
    }
  }

  /** Never rejects. One beat at a time: what happens during one is told by another right after it. */
  private async beat(): Promise<void> {
    if (this.beating !== null) {
      this.beatAgain = true;
      return;
    }
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.beating = this.tell();
    await this.beating;
    this.beating = null;
    if (this.stopped) return;
    const again = this.beatAgain;
    this.beatAgain = false;
    this.timer = setTimeout(() => void this.beat(), again ? 0 : INTERVAL_MS).unref();
  }

  private async tell(): Promise<void> {
    try {
      await this.register.report({
        instance: this.config.instanceId,
        role: this.config.role,
        version: this.config.version,
        circuits: this.policies.all().map((policy) => circuitReport(policy.snapshot())),
      });
      await this.changes.flush();
    } catch (error) {
      this.outages.report(error);
    }
  }
}
