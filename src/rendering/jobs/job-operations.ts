import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import type { EntityManager } from 'typeorm';
import { Database } from '../../platform/database/index.js';
import { NotFoundError } from '../../platform/errors/index.js';
import { RenderJob } from '../entities/render-job.entity.js';
import { JobIntake } from './job-intake.js';
import type { RenderJobStatus } from './render-job-status.js';

/** Which jobs an operator wants to see. */
export interface JobSearch {
  /** From 1. */
  readonly page: number;
  readonly perPage: number;
  readonly status?: RenderJobStatus | undefined;
  readonly userId?: string | undefined;
  /** Code of the error that a job failed with. */
  readonly errorCode?: string | undefined;
  /** Created at or after. */
  readonly since?: Date | undefined;
  /** Created before. */
  readonly until?: Date | undefined;
}

/** What an operator does with the jobs of all customers. */
@Injectable()
export class JobOperations {
  constructor(
    private readonly database: Database,
    private readonly intake: JobIntake,
  ) {}

  /** One page, newest first, and how many jobs there are on all. @throws ApiError `DATABASE_*` */
  async page(search: JobSearch): Promise<{ readonly jobs: readonly RenderJob[]; readonly total: number }> {
    const { page, perPage, status, userId, errorCode, since, until } = search;
    const [jobs, total] = await this.database.read(async (manager) => {
      const query = manager.createQueryBuilder(RenderJob, 'job').where({
        ...(status === undefined ? {} : { status }),
        ...(userId === undefined ? {} : { userId }),
      });
      if (errorCode !== undefined) query.andWhere(`job.error ->> 'code' = :errorCode`, { errorCode });
      if (since !== undefined) query.andWhere('job.createdAt >= :since', { since });
      if (until !== undefined) query.andWhere('job.createdAt < :until', { until });
      return await query
        .orderBy('job.createdAt', 'DESC')
        .addOrderBy('job.id', 'DESC')
        .offset((page - 1) * perPage)
        .limit(perPage)
        .getManyAndCount();
    });
    return { jobs, total };
  }

  /** The jobs that a request submitted, a hundred at the most. @throws ApiError `DATABASE_*` */
  async ofRequest(requestId: string): Promise<readonly RenderJob[]> {
    return await this.database.read(
      async (manager) => await manager.find(RenderJob, { where: { requestId }, order: { id: 'ASC' }, take: 100 }),
    );
  }

  /**
   * Starts a failed job again for its customer, with the credit that its failure gave back.
   *
   * @param also - what is to be written in the same transaction
   * @throws what {@link JobIntake.restart} throws
   */
  async retry(jobId: string, also: (manager: EntityManager) => Promise<void>): Promise<RenderJob> {
    const job = isUUID(jobId)
      ? await this.database.read(async (manager) => await manager.findOneBy(RenderJob, { id: jobId }))
      : null;
    if (job === null) throw new NotFoundError('JOB_NOT_FOUND');
    return await this.intake.restart(job.userId, job.id, also);
  }
}
