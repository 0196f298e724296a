import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { type JobResult, type JobWithMetadata, PgBoss } from 'pg-boss';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { translateError } from '../errors/index.js';
import { type DeadJobHandler, JobHandedBack, type JobHandler } from './job.js';
import { JobRows } from './job-rows.js';
import { type AttemptOutcome, JobRunner } from './job-runner.js';
import { PG_BOSS } from './pg-boss.provider.js';
import type { QueueDefinition } from './queue-definition.js';
import { QueueRegistry } from './queue-registry.js';
import { WorkerLoops } from './worker-loops.js';

export interface WorkerOptions<Payload extends object> {
  /** Jobs of this queue that run at once in this process. */
  readonly concurrency: number;
  /** Told of each job that failed for good. Without one its payload stays in `<name>.dead` for an operator. */
  readonly onDead?: DeadJobHandler<Payload>;
}

/** Seconds between looks for work, beside the notification that new work sends. Bounds the lateness of a retry. */
const POLL_SECONDS = 2;
const POLL_WITHOUT_NOTIFICATION_SECONDS = 0.5;

/** How long a handler may take to stop after its signal was aborted, before its job is handed back over its head. */
const ABORT_GRACE_MS = 5_000;

/**
 * Runs handlers for queued jobs, where the process's role includes working. At shutdown it takes no more jobs, lets running
 * ones finish for the grace of the configuration, and gives back what is left without spending an attempt.
 */
@Injectable()
export class JobWorkers implements OnModuleDestroy, BeforeApplicationShutdown {
  private readonly logger = new Logger(JobWorkers.name);
  private readonly stopping = new AbortController();
  private readonly running = new Set<{ readonly id: string; readonly attempt: Promise<unknown> }>();

  constructor(
    @Inject(PG_BOSS) private readonly boss: PgBoss,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly registry: QueueRegistry,
    private readonly loops: WorkerLoops,
    private readonly runner: JobRunner,
    private readonly rows: JobRows,
  ) {}

  /**
   * Registers the handler of a queue; call it in `onModuleInit`. Does nothing where the role is `api`.
   * @throws ApiError `DATABASE_*` when the queue cannot be created.
   */
  async register<Payload extends object>(
    queue: QueueDefinition<Payload>,
    options: WorkerOptions<Payload>,
    handler: JobHandler<Payload>,
  ): Promise<void> {
    if (this.config.role === 'api') return;
    try {
      await this.registry.ensure(queue);
      for (let loop = 0; loop < options.concurrency; loop += 1) await this.work(queue.name, handler);
      const { onDead } = options;
      if (onDead !== undefined) await this.workOnDead(queue.deadLetterName, onDead);
    } catch (error) {
      throw translateError(error);
    }
  }

  /** Jobs that run in this process now. */
  get activeCount(): number {
    return this.running.size;
  }

  async onModuleDestroy(): Promise<void> {
    for (const name of this.loops.queueNames) await this.boss.offWork(name, { wait: false });
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (await this.settledWithin(this.config.rendering.shutdownGraceMs)) return;
    this.logger.log({ msg: 'Handing running jobs back to the queue', jobs: this.running.size });
    this.stopping.abort(new JobHandedBack());
    if (await this.settledWithin(ABORT_GRACE_MS)) return;
    this.logger.warn({ msg: 'Jobs ignored their signal; they are taken from this process', jobs: this.running.size });
    for (const { id } of this.running) await this.rows.handBack(id);
  }

  // One loop per concurrent job, since pg-boss wakes a loop by its own id only.
  private async work<Payload extends object>(queueName: string, handler: JobHandler<Payload>): Promise<void> {
    let id: string | undefined;
    const handle = async (job: JobWithMetadata): Promise<JobResult> => {
      // Whoever had work looks for more at once; only an idle loop waits for its next look.
      if (id !== undefined) this.boss.notifyWorker(id);
      return await this.process(job, handler);
    };
    id = await this.boss.work(
      queueName,
      {
        includeMetadata: true,
        perJobResults: true,
        batchSize: 1,
        pollingIntervalSeconds: POLL_WITHOUT_NOTIFICATION_SECONDS,
        notifyPollingIntervalSeconds: POLL_SECONDS,
        heartbeatRefreshSeconds: 3,
      },
      async (jobs: JobWithMetadata[]) => await Promise.all(jobs.map(handle)),
    );
    this.loops.add(queueName, id);
  }

  private async workOnDead<Payload extends object>(name: string, onDead: DeadJobHandler<Payload>): Promise<void> {
    await this.work<Payload>(name, async ({ id, payload, signal }) => {
      const origin = await this.rows.originOfDead(name, id);
      await onDead({ id: origin.id, errorCode: origin.errorCode, payload, signal });
    });
  }

  private async process<Payload extends object>(
    job: JobWithMetadata,
    handler: JobHandler<Payload>,
  ): Promise<JobResult> {
    const attempt = this.runner.run(claim(job), handler, this.stopping.signal);
    const entry = { id: job.id, attempt };
    this.running.add(entry);
    try {
      return await this.settle(job, await attempt);
    } finally {
      this.running.delete(entry);
    }
  }

  private async settle(job: JobWithMetadata, outcome: AttemptOutcome): Promise<JobResult> {
    switch (outcome.kind) {
      case 'completed':
        return { id: job.id, status: 'completed' };
      case 'interrupted':
        await this.rows.handBack(job.id);
        // The claim is gone by now, so the queue ignores this answer.
        return { id: job.id, status: 'failed', output: { handed_back: true } };
      case 'failed':
        return { id: job.id, status: 'failed', output: { error_code: outcome.errorCode } };
      case 'dead':
        return { id: job.id, status: 'deadletter', output: { error_code: outcome.errorCode } };
    }
  }

  private async settledWithin(graceMs: number): Promise<boolean> {
    const { promise: deadline, resolve } = Promise.withResolvers<'late'>();
    const timer = setTimeout(resolve, graceMs, 'late');
    // A settled attempt leaves the map only after its queue row is written, hence the loop.
    try {
      while (this.running.size > 0) {
        const outcome = await Promise.race([deadline, Promise.all([...this.running].map(({ attempt }) => attempt))]);
        if (outcome === 'late') return false;
        await new Promise(setImmediate);
      }
      return true;
    } finally {
      clearTimeout(timer);
    }
  }
}

function claim(job: JobWithMetadata): Parameters<JobRunner['run']>[0] {
  const { id, name: queueName, data, retryCount, retryLimit, createdOn: createdAt, startAfter, signal } = job;
  return { id, queueName, data, retryCount, retryLimit, createdAt, startableAt: startAfter, signal };
}
