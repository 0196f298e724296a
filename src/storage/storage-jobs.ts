import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { translateError } from '../platform/errors/index.js';
import { defineQueue, JobQueue, JobWorkers } from '../platform/jobs/index.js';
import { Recoveries } from '../platform/resilience/index.js';
import { StorageSweep } from './storage-sweep.js';

const STORAGE_SWEEP_QUEUE = defineQueue<Record<string, never>>({
  name: 'storage-sweep',
  retryLimit: 1,
  heartbeatSeconds: 60,
  uniqueness: 'queued_or_active',
});
const EVERY_TEN_MINUTES = '*/10 * * * *';

/** Has one instance sweep storage at regular times, and when GCS works again: it may not have deleted what it was told to. */
@Injectable()
export class StorageJobs implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(StorageJobs.name);
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly workers: JobWorkers,
    private readonly queue: JobQueue,
    private readonly sweep: StorageSweep,
    private readonly recoveries: Recoveries,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.workers.register(STORAGE_SWEEP_QUEUE, { concurrency: 1 }, async ({ signal }) => {
      await this.sweep.run(signal);
    });
    await this.queue.schedule(STORAGE_SWEEP_QUEUE, EVERY_TEN_MINUTES);
  }

  onApplicationBootstrap(): void {
    this.unsubscribe = this.recoveries.of('gcs', () => {
      void this.sweepSoon();
    });
  }

  onModuleDestroy(): void {
    this.unsubscribe?.();
  }

  /** Never rejects. */
  private async sweepSoon(): Promise<void> {
    try {
      await this.queue.enqueue(STORAGE_SWEEP_QUEUE, {}, { singletonKey: 'recovery' });
    } catch (error) {
      // What waits to be deleted hurts nobody until the next sweep.
      this.logger.warn({ msg: 'The sweep of storage could not be hastened', err: translateError(error) });
    }
  }
}
