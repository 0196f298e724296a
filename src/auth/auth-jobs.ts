import { Injectable, type OnModuleInit } from '@nestjs/common';
import { JobQueue, JobWorkers } from '../platform/jobs/index.js';
import { AUTH_CLEANUP_CRON, AUTH_CLEANUP_QUEUE, AuthCleanup } from './auth-cleanup.js';
import { PASSWORD_RESET_QUEUE } from './password-reset.queue.js';
import { PasswordResetService } from './password-reset.service.js';

/** Connects what auth does in the background to the queue. */
@Injectable()
export class AuthJobs implements OnModuleInit {
  constructor(
    private readonly workers: JobWorkers,
    private readonly queue: JobQueue,
    private readonly resets: PasswordResetService,
    private readonly cleanup: AuthCleanup,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.workers.register(PASSWORD_RESET_QUEUE, { concurrency: 1 }, async ({ payload }) => {
      await this.resets.mailLink(payload.email);
    });
    await this.workers.register(AUTH_CLEANUP_QUEUE, { concurrency: 1 }, async () => {
      await this.cleanup.run();
    });
    await this.queue.schedule(AUTH_CLEANUP_QUEUE, AUTH_CLEANUP_CRON);
  }
}
