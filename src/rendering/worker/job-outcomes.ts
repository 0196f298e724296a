import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { User } from '../../auth/index.js';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { EmailOutbox, type MailContent } from '../../email/index.js';
import { Credits } from '../../payments/index.js';
import { Database } from '../../platform/database/index.js';
import type { ApiError } from '../../platform/errors/index.js';
import { CLOCK, type Clock } from '../../platform/time/index.js';
import { RenderJob } from '../entities/render-job.entity.js';
import type { HeldJob } from './attempt-rows.js';

/** What a successful attempt leaves behind. */
export interface FinishedVideo {
  readonly videoObjectId: string;
  readonly thumbnailObjectId: string;
  readonly sizeBytes: number;
  readonly renderMs: number;
}

/** Ends jobs: the row, the credit and the mail change together or not at all. */
@Injectable()
export class JobOutcomes {
  constructor(
    private readonly database: Database,
    private readonly credits: Credits,
    private readonly outbox: EmailOutbox,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @returns false when the attempt no longer holds the job, and nothing was changed */
  async completed(held: HeldJob, video: FinishedVideo): Promise<boolean> {
    return await this.database.transaction(async (manager) => {
      const ended = await end(manager, held.job, held.runToken, {
        status: 'completed',
        progress: 100,
        error: null,
        videoObjectId: video.videoObjectId,
        thumbnailObjectId: video.thumbnailObjectId,
        videoSizeBytes: video.sizeBytes,
        renderMs: video.renderMs,
        completedAt: this.clock.now(),
      });
      if (!ended) return false;
      const link = `${this.config.http.publicUrl}/?job=${held.job.id}`;
      const content: MailContent = { template: 'render_completed', data: { title: titleOf(held.job), link } };
      await this.mail(manager, held.job, content, `render_completed:${held.job.id}`);
      return true;
    });
  }

  /**
   * Ends a job for good: the customer gets the credit back and is told why.
   *
   * @param runToken - the attempt that holds the job; null for a job that nobody holds (checked as well)
   * @returns false when that is no longer so, and nothing was changed
   */
  async failed(job: RenderJob, runToken: string | null, error: ApiError): Promise<boolean> {
    return await this.database.transaction(async (manager) => {
      const ended = await end(manager, job, runToken, {
        status: 'failed',
        error: { code: error.code, message: error.message, recoverable: error.recoverable },
        completedAt: this.clock.now(),
      });
      if (!ended) return false;
      await this.credits.giveBack(manager, job.paymentId, job.id);
      const content: MailContent = { template: 'render_failed', data: { title: titleOf(job), reason: error.message } };
      // A job that the customer starts again may fail again, and that is another fact.
      await this.mail(manager, job, content, `render_failed:${job.id}:${job.generation}`);
      return true;
    });
  }

  private async mail(manager: EntityManager, job: RenderJob, content: MailContent, dedupeKey: string): Promise<void> {
    const user = await manager.getRepository(User).findOneByOrFail({ id: job.userId });
    await this.outbox.enqueue(manager, { ...content, to: user.email, userId: user.id, dedupeKey });
  }
}

type Ending = Partial<RenderJob> & Pick<RenderJob, 'status' | 'completedAt'>;

async function end(manager: EntityManager, job: RenderJob, runToken: string | null, ending: Ending): Promise<boolean> {
  const { affected } = await manager
    .createQueryBuilder()
    .update(RenderJob)
    .set({ ...ending, stage: null, runToken: null, heartbeatAt: null, version: () => 'version + 1' })
    .where('id = :id AND generation = :generation AND run_token IS NOT DISTINCT FROM :runToken', {
      id: job.id,
      generation: job.generation,
      runToken,
    })
    .andWhere(`status IN ('queued', 'processing')`)
    .execute();
  return affected === 1;
}

function titleOf(job: RenderJob): string {
  return job.config.title ?? 'Your video';
}
