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
import { EMAIL_DISPATCH_QUEUE } from './email-dispatch.queue.js';
import { EmailDispatcher } from './email-dispatcher.js';
import { EmailSweep } from './email-sweep.js';

/** Mails that one process sends at once. */
const CONCURRENCY = 3;

const EMAIL_SWEEP_QUEUE = defineQueue<Readonly<Record<string, never>>>({
  name: 'email-sweep',
  retryLimit: 0,
  expireSeconds: 300,
});

/** Connects the outbox with the job queue: dispatch jobs, the sweep every minute and at start, and the end of outages. */
@Injectable()
export class EmailJobs implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(EmailJobs.name);
  private unsubscribe: (() => void) | null = null;

  constructor(
    private readonly dispatcher: EmailDispatcher,
    private readonly sweep: EmailSweep,
    private readonly jobs: JobQueue,
    private readonly workers: JobWorkers,
    private readonly recoveries: Recoveries,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.workers.register(EMAIL_DISPATCH_QUEUE, { concurrency: CONCURRENCY }, ({ payload, signal }) =>
      this.dispatcher.serveAddressOf(payload.emailId, signal),
    );
    await this.workers.register(EMAIL_SWEEP_QUEUE, { concurrency: 1 }, async () => {
      await this.sweep.run();
    });
    await this.jobs.schedule(EMAIL_SWEEP_QUEUE, '* * * * *');
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.jobs.enqueue(EMAIL_SWEEP_QUEUE, {}, { singletonKey: 'start' });
    this.unsubscribe = this.recoveries.of('sendgrid', () => {
      void this.sendWhatWaited();
    });
  }

  onModuleDestroy(): void {
    this.unsubscribe?.();
  }

  /** SendGrid is back: nobody should wait for the end of a backoff. Never rejects. */
  private async sendWhatWaited(): Promise<void> {
    try {
      const mails = await this.sweep.endOfOutage();
      await this.jobs.enqueue(EMAIL_SWEEP_QUEUE, {}, { singletonKey: 'end_of_outage' });
      this.logger.log({ msg: 'The mail service is back; waiting e-mails go out now', mails });
    } catch (error) {
      // They go out all the same, at the end of their backoff.
      this.logger.warn({ msg: 'Waiting e-mails could not be hastened', err: translateError(error) });
    }
  }
}
