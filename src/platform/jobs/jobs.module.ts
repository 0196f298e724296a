import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { PgBoss } from 'pg-boss';
import { DatabaseModule } from '../database/index.js';
import { JobQueue } from './job-queue.js';
import { JobRows } from './job-rows.js';
import { JobRunner } from './job-runner.js';
import { JobWorkers } from './job-workers.js';
import { PG_BOSS, pgBossProvider } from './pg-boss.provider.js';
import { QueueRegistry } from './queue-registry.js';
import { WorkerLoops } from './worker-loops.js';

/** The job queue, everywhere. */
@Global()
@Module({
  imports: [DatabaseModule],
  providers: [pgBossProvider, QueueRegistry, WorkerLoops, JobRows, JobRunner, JobQueue, JobWorkers],
  exports: [JobQueue, JobWorkers, PG_BOSS],
})
export class JobsModule implements OnApplicationShutdown {
  constructor(@Inject(PG_BOSS) private readonly boss: PgBoss) {}

  /** The last answers of handlers have been written before this (see JobWorkers), so the queue may close at once. */
  async onApplicationShutdown(): Promise<void> {
    await this.boss.stop({ graceful: true, timeout: 2_000 });
  }
}
