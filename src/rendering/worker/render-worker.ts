import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { JobQueue, JobWorkers } from '../../platform/jobs/index.js';
import { TemporaryDirectories } from '../files/temporary-directories.js';
import { RENDER_HOUSEKEEPING_QUEUE, RENDER_QUEUE } from '../jobs/render-queue.js';
import { RenderJobRunner } from './render-job-runner.js';
import { TrackRetention } from './track-retention.js';

const HOUSEKEEPING_CRON = '17 * * * *';

/** Hangs the rendering feature on the job queue. */
@Injectable()
export class RenderWorker implements OnModuleInit {
  private readonly logger = new Logger(RenderWorker.name);

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly workers: JobWorkers,
    private readonly queue: JobQueue,
    private readonly runner: RenderJobRunner,
    private readonly directories: TemporaryDirectories,
    private readonly tracks: TrackRetention,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.directories.sweep();
    await this.workers.register(
      RENDER_QUEUE,
      {
        concurrency: this.config.rendering.concurrency,
        onDead: async ({ payload }) => await this.runner.bury(payload),
      },
      async ({ payload, signal }) => {
        const outcome = await this.runner.run(payload, signal);
        this.logger.log({ msg: 'render delivery settled', job_id: payload.jobId, outcome });
      },
    );
    await this.workers.register(RENDER_HOUSEKEEPING_QUEUE, { concurrency: 1 }, async ({ signal }) => {
      await this.directories.sweep();
      await this.tracks.removeUnneeded(signal);
    });
    await this.queue.schedule(RENDER_HOUSEKEEPING_QUEUE, HOUSEKEEPING_CRON);
  }
}
