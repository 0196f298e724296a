import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { translateError } from '../platform/errors/index.js';
import { PolicyEvents, Recoveries } from '../platform/resilience/index.js';
import { Bucket } from './bucket.js';
import { LocalDirectorySweep } from './local-directory-sweep.js';
import { Replicator } from './replicator.js';

/** An outage may be over in a moment: the first run after an object was stored here comes soon, each next one takes twice as long. */
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;

/**
 * Runs the replicator in every process, as each may have files of its own: when GCS works again, soon after it did not
 * take an object, and on a timer. Runs of one process never overlap.
 */
@Injectable()
export class ReplicationSchedule implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(ReplicationSchedule.name);
  private readonly stopping = new AbortController();
  private readonly subscriptions: (() => void)[] = [];
  private timer: NodeJS.Timeout | undefined;
  private nextDelayMs = LONGEST_DELAY_MS;
  /** The next run is as near as it gets. */
  private hastened = false;
  private running: Promise<void> | undefined;
  private again = false;

  constructor(
    private readonly replicator: Replicator,
    private readonly directorySweep: LocalDirectorySweep,
    private readonly bucket: Bucket,
    private readonly recoveries: Recoveries,
    private readonly events: PolicyEvents,
  ) {}

  onApplicationBootstrap(): void {
    this.subscriptions.push(
      this.recoveries.of('gcs', () => this.trigger()),
      this.events.subscribe((event) => {
        if (event.service === 'gcs' && event.type === 'fallback' && event.succeeded) this.hasten();
      }),
    );
    this.trigger();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    clearTimeout(this.timer);
    for (const unsubscribe of this.subscriptions) unsubscribe();
    await this.running;
  }

  /** An object has come to lie here. While the circuit is open a run would be in vain, and its closing starts one. */
  private hasten(): void {
    if (this.hastened || this.bucket.state !== 'closed') return;
    this.hastened = true;
    this.nextDelayMs = FIRST_DELAY_MS;
    if (this.running === undefined) this.wait();
  }

  private wait(): void {
    if (this.stopping.signal.aborted) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.trigger(), this.nextDelayMs);
    this.nextDelayMs = Math.min(LONGEST_DELAY_MS, 2 * this.nextDelayMs);
  }

  /** Starts a run, or another one after the present one. */
  private trigger(): void {
    if (this.stopping.signal.aborted) return;
    if (this.running !== undefined) {
      this.again = true;
      return;
    }
    this.hastened = false;
    this.running = this.run().finally(() => {
      this.running = undefined;
      if (this.again) {
        this.again = false;
        this.trigger();
      } else {
        this.wait();
      }
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
