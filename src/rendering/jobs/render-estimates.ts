import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { CLOCK, type Clock } from '../../platform/time/index.js';
import type { RenderJob } from '../entities/render-job.entity.js';

/** Renders whose measured speed is averaged. */
const SAMPLE = 20;
/** Assumed until a render was measured: twice real time at 1080p30, the product's target on two cores. */
const UNMEASURED_MEGAPIXELS_PER_SECOND = 2 * ((1920 * 1080 * 30) / 1_000_000);
/** The measured speed hardly changes within this time, and every status request asks for it. */
const SPEED_TTL_MS = 10_000;
/** Fetching, analysing and storing, beside the drawing. */
const OVERHEAD_SECONDS = 5;

export interface QueueEstimate {
  /** Place in the queue, from 1. */
  readonly position: number;
  readonly estimatedSeconds: number;
}

/** Tells customers how long they will wait, from the speed of the latest renders and the work that lies before theirs. */
@Injectable()
export class RenderEstimates {
  private speed: { readonly value: number; readonly measuredAtMs: number } | null = null;

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** For a queued job: its place, and the seconds until its video is expected. */
  async queue(manager: EntityManager, job: RenderJob): Promise<QueueEstimate> {
    const rows = await manager.query<{ ahead: number; queued: number; running: number; active: number }[]>(
      `SELECT (count(*) FILTER (WHERE status = 'queued'))::int AS ahead,
              coalesce(sum(work_megapixels) FILTER (WHERE status = 'queued'), 0)::float8 AS queued,
              coalesce(sum(work_megapixels * (100 - progress) / 100) FILTER (WHERE status = 'processing'), 0)::float8 AS running,
              (count(*) FILTER (WHERE status = 'processing'))::int AS active
         FROM render_jobs
        WHERE id <> $1 AND (status = 'processing' OR (status = 'queued' AND (queued_at, id) < ($2, $1)))`,
      [job.id, job.queuedAt],
    );
    const { ahead, queued, running, active } = rows[0] ?? { ahead: 0, queued: 0, running: 0, active: 0 };
    const speed = await this.megapixelsPerSecond(manager);
    const slots = Math.max(1, active, this.config.rendering.concurrency);
    const waitSeconds = (queued + running) / speed / slots;
    return {
      position: ahead + 1,
      estimatedSeconds: Math.ceil(waitSeconds + job.workMegapixels / speed + OVERHEAD_SECONDS),
    };
  }

  /** When the job will be done, or null when it is final. */
  async completion(manager: EntityManager, job: RenderJob): Promise<Date | null> {
    if (job.status === 'queued') {
      const { estimatedSeconds } = await this.queue(manager, job);
      return this.inSeconds(estimatedSeconds);
    }
    if (job.status !== 'processing') return null;
    return this.inSeconds(this.remainingSeconds(job, await this.megapixelsPerSecond(manager)));
  }

  /** Its own pace once there is enough of it to judge, else the pace of others. */
  private remainingSeconds(job: RenderJob, megapixelsPerSecond: number): number {
    const fraction = job.progress / 100;
    if (job.startedAt !== null && fraction >= 0.2) {
      const elapsedSeconds = Math.max(0, (this.clock.now().getTime() - job.startedAt.getTime()) / 1_000);
      return (elapsedSeconds * (1 - fraction)) / fraction;
    }
    return (job.workMegapixels / megapixelsPerSecond) * (1 - fraction) + OVERHEAD_SECONDS * (1 - fraction);
  }

  private inSeconds(seconds: number): Date {
    return new Date(this.clock.now().getTime() + Math.ceil(seconds) * 1_000);
  }

  private async megapixelsPerSecond(manager: EntityManager): Promise<number> {
    const nowMs = this.clock.monotonicMs();
    if (this.speed !== null && nowMs - this.speed.measuredAtMs < SPEED_TTL_MS) return this.speed.value;
    const rows = await manager.query<{ speed: number | null }[]>(
      `SELECT (sum(work_megapixels) * 1000 / nullif(sum(render_ms), 0))::float8 AS speed
         FROM (SELECT work_megapixels, render_ms FROM render_jobs
                WHERE status = 'completed' AND render_ms > 0 ORDER BY completed_at DESC LIMIT ${SAMPLE}) AS latest`,
    );
    const value = rows[0]?.speed ?? UNMEASURED_MEGAPIXELS_PER_SECOND;
    this.speed = { value, measuredAtMs: nowMs };
    return value;
  }
}
