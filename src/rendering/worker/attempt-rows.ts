import { Inject, Injectable } from '@nestjs/common';
import { In, type UpdateQueryBuilder } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { Database } from '../../platform/database/index.js';
import { CLOCK, type Clock, newId } from '../../platform/time/index.js';
import { RenderJob } from '../entities/render-job.entity.js';
import type { RenderStage } from '../jobs/render-job-status.js';
import type { RenderPayload } from '../jobs/render-queue.js';

/** A row that is held: the token is what every later write must show. */
export interface HeldJob {
  readonly job: RenderJob;
  readonly runToken: string;
  /** Whether a failure of this attempt is final. */
  readonly lastAttempt: boolean;
}

/** What an attempt stores. */
export type ProductKind = 'video' | 'thumbnail';

export type Claim =
  | {
      readonly outcome: 'held';
      readonly held: HeldJob;
      /** Objects that an attempt before this one had stored, or was storing, when it died. */
      readonly abandoned: readonly string[];
    }
  /** The message is out of date: the job is final, gone, or enqueued anew. */
  | { readonly outcome: 'void' }
  /** All attempts have begun and none has ended: their workers died. */
  | { readonly outcome: 'exhausted'; readonly job: RenderJob };

/**
 * What an attempt writes into its row while it runs. Every write but the claim holds only while the row still carries the
 * attempt's token; false means that the attempt has lost the job (cancelled, or taken over by another worker) and must end.
 */
@Injectable()
export class AttemptRows {
  constructor(
    private readonly database: Database,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Takes the job. The queue delivers a message again only when it believes its worker dead, so a job in `processing` is taken
   * over; should the other worker live after all, its token is void from now on.
   */
  async claim({ jobId, generation }: RenderPayload): Promise<Claim> {
    return await this.database.transaction(async (manager) => {
      const jobs = manager.getRepository(RenderJob);
      const job = await jobs.findOne({ where: { id: jobId, generation }, lock: { mode: 'pessimistic_write' } });
      if (job === null || (job.status !== 'queued' && job.status !== 'processing')) return { outcome: 'void' };
      const { attempts } = this.config.resilience.rendering;
      if (job.attempt >= attempts) return { outcome: 'exhausted', job };
      const now = this.clock.now();
      const runToken = newId();
      const change = {
        status: 'processing' as const,
        stage: 'fetching' as const,
        progress: 0,
        attempt: job.attempt + 1,
        runToken,
        heartbeatAt: now,
        startedAt: now,
        version: job.version + 1,
        videoObjectId: null,
        thumbnailObjectId: null,
      };
      const abandoned = objectsOf(job);
      await jobs.update(job.id, change);
      const lastAttempt = change.attempt >= attempts;
      return { outcome: 'held', held: { job: Object.assign(job, change), runToken, lastAttempt }, abandoned };
    });
  }

  /** @param progress - whole percent */
  async progress(held: HeldJob, stage: RenderStage, progress: number): Promise<boolean> {
    return await this.write(held, (update) =>
      update.set({ stage, progress, heartbeatAt: this.clock.now(), version: () => 'version + 1' }),
    );
  }

  /** Notes what is about to be stored, so that it is found should this attempt die from now on. */
  async noteObject(held: HeldJob, kind: ProductKind, objectId: string): Promise<boolean> {
    const column = kind === 'video' ? 'videoObjectId' : 'thumbnailObjectId';
    return await this.write(held, (update) => update.set({ [column]: objectId }));
  }

  async heartbeat(held: HeldJob): Promise<boolean> {
    return await this.write(held, (update) => update.set({ heartbeatAt: this.clock.now() }));
  }

  /**
   * Gives the row back to the queue, where it keeps its place.
   *
   * @param spendsAttempt - false when the attempt was ended for reasons that are not the job's
   */
  async release(held: HeldJob, { spendsAttempt }: { readonly spendsAttempt: boolean }): Promise<boolean> {
    return await this.write(held, (update) =>
      update.set({
        status: 'queued',
        stage: null,
        progress: 0,
        runToken: null,
        heartbeatAt: null,
        attempt: () => (spendsAttempt ? 'attempt' : 'greatest(attempt - 1, 0)'),
        version: () => 'version + 1',
      }),
    );
  }

  /** The job if it is of this generation and still queued or running. */
  async live(jobId: string, generation: number): Promise<RenderJob | null> {
    return await this.database.read((manager) =>
      manager.getRepository(RenderJob).findOneBy({ id: jobId, generation, status: In(['queued', 'processing']) }),
    );
  }

  /** Whether the job is completed with this very video. */
  async isCompletedWith(jobId: string, videoObjectId: string): Promise<boolean> {
    return await this.database.read((manager) =>
      manager.getRepository(RenderJob).existsBy({ id: jobId, status: 'completed', videoObjectId }),
    );
  }

  private async write(
    { job, runToken }: HeldJob,
    change: (update: UpdateQueryBuilder<RenderJob>) => UpdateQueryBuilder<RenderJob>,
  ): Promise<boolean> {
    const update = this.database.manager.createQueryBuilder().update(RenderJob);
    const { affected } = await change(update)
      .where('id = :id AND run_token = :runToken', { id: job.id, runToken })
      .execute();
    return affected === 1;
  }
}

/** The video and thumbnail that a job's row names. */
export function objectsOf({ videoObjectId, thumbnailObjectId }: RenderJob): readonly string[] {
  return [videoObjectId, thumbnailObjectId].filter((objectId) => objectId !== null);
}
