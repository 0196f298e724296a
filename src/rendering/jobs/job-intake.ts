import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Credits, type Tier } from '../../payments/index.js';
import { Database } from '../../platform/database/index.js';
import { ConflictError } from '../../platform/errors/index.js';
import { RequestContext } from '../../platform/http/index.js';
import { JobQueue } from '../../platform/jobs/index.js';
import { CLOCK, type Clock } from '../../platform/time/index.js';
import { type RenderConfig, workMegapixels } from '../dto/render-config.dto.js';
import { RenderJob } from '../entities/render-job.entity.js';
import type { InspectedAudio } from '../ports/audio-inspector.port.js';
import { isFinal } from './render-job-status.js';
import { RenderJobs } from './render-jobs.js';
import { RENDER_QUEUE } from './render-queue.js';

export interface NewJob {
  readonly id: string;
  readonly userId: string;
  readonly paymentId: string;
  readonly config: RenderConfig;
  readonly audio: InspectedAudio;
  readonly audioObjectId: string;
}

/** Starts, restarts and cancels jobs. Credit, row and queue message change in one transaction each. */
@Injectable()
export class JobIntake {
  constructor(
    private readonly database: Database,
    private readonly jobs: RenderJobs,
    private readonly credits: Credits,
    private readonly queue: JobQueue,
    private readonly context: RequestContext,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The tier of a credit that {@link accept} would take now, for what can be checked before there is a job.
   *
   * @throws PaymentError `PAYMENT_REQUIRED`, ConflictError `PAYMENT_ALREADY_USED`
   */
  async tierOfCredit(userId: string, paymentId: string): Promise<Tier> {
    return await this.database.read((manager) => this.credits.usable(manager, { paymentId, userId }));
  }

  /** @throws PaymentError `PAYMENT_REQUIRED`, ConflictError `PAYMENT_ALREADY_USED` */
  async accept({ id, userId, paymentId, config, audio, audioObjectId }: NewJob): Promise<RenderJob> {
    return await this.database.transaction(async (manager) => {
      await this.credits.consume(manager, { paymentId, userId, jobId: id });
      const now = this.clock.now();
      const jobs = manager.getRepository(RenderJob);
      await jobs.insert({
        id,
        userId,
        paymentId,
        status: 'queued',
        config,
        audio,
        audioObjectId,
        requestId: this.context.requestId ?? null,
        workMegapixels: workMegapixels(config, audio.durationSeconds),
        createdAt: now,
        queuedAt: now,
      });
      await this.queue.enqueue(RENDER_QUEUE, { jobId: id, generation: 1 }, { manager });
      return await jobs.findOneByOrFail({ id });
    });
  }

  /**
   * Starts a failed job again with the credit that its failure gave back.
   *
   * @param also - what is to be written in the same transaction
   * @throws NotFoundError `JOB_NOT_FOUND`, ConflictError `JOB_NOT_RETRYABLE` unless it has failed and its track is still kept,
   *   and what {@link accept} throws when the credit was used or refunded meanwhile
   */
  async restart(userId: string, jobId: string, also?: (manager: EntityManager) => Promise<void>): Promise<RenderJob> {
    return await this.database.transaction(async (manager) => {
      const job = await this.jobs.lock(manager, userId, jobId);
      if (job.status !== 'failed' || job.audioObjectId === null) {
        throw new ConflictError('JOB_NOT_RETRYABLE', { details: { status: job.status } });
      }
      await this.credits.consume(manager, { paymentId: job.paymentId, userId, jobId: job.id });
      const generation = job.generation + 1;
      const change = {
        status: 'queued' as const,
        stage: null,
        progress: 0,
        attempt: 0,
        generation,
        error: null,
        version: job.version + 1,
        queuedAt: this.clock.now(),
        startedAt: null,
        completedAt: null,
      };
      await manager.getRepository(RenderJob).update(job.id, change);
      await this.queue.enqueue(RENDER_QUEUE, { jobId: job.id, generation }, { manager });
      await also?.(manager);
      return Object.assign(job, change);
    });
  }

  /**
   * Cancels a job and gives its credit back. A worker that renders it loses the row here and ends within a second or two;
   * should it have finished first, the row says `completed` and this is refused. Cancelling twice is cancelling once.
   *
   * @throws NotFoundError `JOB_NOT_FOUND`, ConflictError `JOB_NOT_CANCELLABLE` when it is completed or failed
   */
  async cancel(userId: string, jobId: string): Promise<RenderJob> {
    return await this.database.transaction(async (manager) => {
      const job = await this.jobs.lock(manager, userId, jobId);
      if (job.status === 'cancelled') return job;
      if (isFinal(job.status)) throw new ConflictError('JOB_NOT_CANCELLABLE', { details: { status: job.status } });
      const change = {
        status: 'cancelled' as const,
        stage: null,
        runToken: null,
        heartbeatAt: null,
        version: job.version + 1,
        completedAt: this.clock.now(),
      };
      await manager.getRepository(RenderJob).update(job.id, change);
      await this.credits.giveBack(manager, job.paymentId, job.id);
      return Object.assign(job, change);
    });
  }
}
