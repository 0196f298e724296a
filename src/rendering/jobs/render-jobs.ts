import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import type { EntityManager } from 'typeorm';
import { Database } from '../../platform/database/index.js';
import { NotFoundError } from '../../platform/errors/index.js';
import type { RenderJobListItem, RenderJobView } from '../dto/rendering.response.js';
import { RenderJob } from '../entities/render-job.entity.js';
import type { RenderJobStatus } from './render-job-status.js';
import { renderJobView } from './render-job-view.js';
import { RenderEstimates } from './render-estimates.js';

export interface RenderJobPage {
  readonly jobs: readonly RenderJobListItem[];
  readonly total: number;
}

/** How many jobs a customer has in each state. */
export type RenderStatistics = Readonly<Record<RenderJobStatus | 'total', number>>;

/** A customer's render jobs, read only. */
@Injectable()
export class RenderJobs {
  constructor(
    private readonly database: Database,
    private readonly estimates: RenderEstimates,
  ) {}

  /**
   * The customer's own job.
   *
   * @throws NotFoundError `JOB_NOT_FOUND` when there is none, it is somebody else's, or the id is no id at all
   */
  async find(userId: string, jobId: string): Promise<RenderJob> {
    const job = isUUID(jobId)
      ? await this.database.read((manager) => manager.getRepository(RenderJob).findOneBy({ id: jobId, userId }))
      : null;
    if (job === null) throw new NotFoundError('JOB_NOT_FOUND');
    return job;
  }

  /** The customer's own job, locked until the caller's transaction ends. Throws as {@link find} does. */
  async lock(manager: EntityManager, userId: string, jobId: string): Promise<RenderJob> {
    const job = isUUID(jobId)
      ? await manager
          .getRepository(RenderJob)
          .findOne({ where: { id: jobId, userId }, lock: { mode: 'pessimistic_write' } })
      : null;
    if (job === null) throw new NotFoundError('JOB_NOT_FOUND');
    return job;
  }

  /** The job as status shows it. */
  async view(job: RenderJob): Promise<RenderJobView> {
    return await this.database.read(async (manager) =>
      renderJobView(job, await this.estimates.completion(manager, job)),
    );
  }

  /**
   * Newest first.
   *
   * @param page - from 1
   * @param perPage - jobs on a page
   */
  async page(userId: string, page: number, perPage: number, status?: RenderJobStatus): Promise<RenderJobPage> {
    return await this.database.read(async (manager) => {
      const [rows, total] = await manager.getRepository(RenderJob).findAndCount({
        where: { userId, ...(status === undefined ? {} : { status }) },
        order: { createdAt: 'DESC', id: 'DESC' },
        skip: (page - 1) * perPage,
        take: perPage,
      });
      const jobs: RenderJobListItem[] = [];
      for (const job of rows) {
        const view = renderJobView(job, await this.estimates.completion(manager, job));
        jobs.push(Object.assign(view, { render_config: job.config }));
      }
      return { jobs, total };
    });
  }

  async statistics(userId: string): Promise<RenderStatistics> {
    const rows = await this.database.read((manager) =>
      manager.query<{ status: RenderJobStatus; count: number }[]>(
        'SELECT status, count(*)::int AS count FROM render_jobs WHERE user_id = $1 GROUP BY status',
        [userId],
      ),
    );
    const statistics = { total: 0, queued: 0, processing: 0, completed: 0, failed: 0, cancelled: 0 };
    for (const { status, count } of rows) {
      statistics[status] = count;
      statistics.total += count;
    }
    return statistics;
  }
}
