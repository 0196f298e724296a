import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { translateError } from '../platform/errors/index.js';
import { PolicyEvents } from '../platform/resilience/index.js';
import { LocalDirectorySweep } from './local-directory-sweep.js';
import { Replicator } from './replicator.js';

const INTERVAL_MS = 30_000;

/**
 * Runs the replicator in every process, as each may have files of its own: when GCS's circuit closes, and on a
 * timer. Runs of one process never overlap.
 */
@Injectable()
export class ReplicationSchedule implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(ReplicationSchedule.name);
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private unsubscribe: () => void = () => undefined;
  private running: Promise<void> | undefined;
  private again = false;

  constructor(
    private readonly replicator: Replicator,
    private readonly directorySweep: LocalDirectorySweep,
    private readonly events: PolicyEvents,
  ) {}

  onApplicationBootstrap(): void {
    this.unsubscribe = this.events.subscribe((event) => {
      if (event.service === 'gcs' && (event.type === 'reset' || event.type === 'override_ended')) this.trigger();
    });
    this.timer = setInterval(() => this.trigger(), INTERVAL_MS);
    this.trigger();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    this.unsubscribe();
    this.stopping.abort();
    await this.running;
  }

  /** Starts a run, or another one after the present one. */
  private trigger(): void {
    if (this.stopping.signal.aborted) return;
    if (this.running !== undefined) {
      this.again = true;
      return;
    }
    this.running = this.run().finally(() => {
      this.running = undefined;
      if (!this.again) return;
      this.again = false;
      this.trigger();
    });
  }

  private async run(): Promise<void> {
    try {
      const moved = await this.replicator.run(this.stopping.signal);
      if (moved > 0) this.logger.log({ msg: 'Objects were replicated to GCS', objects: moved });
      await this.directorySweep.run(this.stopping.signal);
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      const failure = translateError(error);
      this.logger.warn({ msg: 'A replication run ended early', error_code: failure.code, err: failure });
    }
  }
}
