import { Injectable, type OnModuleInit } from '@nestjs/common';
import { defineQueue, JobQueue, JobWorkers } from '../platform/jobs/index.js';
import { StorageSweep } from './storage-sweep.js';

const STORAGE_SWEEP_QUEUE = defineQueue<Record<string, never>>({
  name: 'storage-sweep',
  retryLimit: 1,
  heartbeatSeconds: 60,
  uniqueness: 'queued_or_active',
});
const EVERY_TEN_MINUTES = '*/10 * * * *';

/** Has one instance sweep storage at regular times. */
@Injectable()
export class StorageJobs implements OnModuleInit {
  constructor(
    private readonly workers: JobWorkers,
    private readonly queue: JobQueue,
    private readonly sweep: StorageSweep,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.workers.register(STORAGE_SWEEP_QUEUE, { concurrency: 1 }, async ({ signal }) => {
      await this.sweep.run(signal);
    });
    await this.queue.schedule(STORAGE_SWEEP_QUEUE, EVERY_TEN_MINUTES);
  }
}
