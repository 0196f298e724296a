import { IsIn, IsOptional } from 'class-validator';
import { RENDER_JOB_STATUSES, type RenderJobStatus } from '../jobs/render-job-status.js';
import { Field, PageQuery } from '../../platform/http/index.js';

/** Query of the job list. */
export class JobListQuery extends PageQuery {
  @Field({ enumName: 'RenderJobStatus', description: 'Only jobs in this state' })
  @IsOptional()
  @IsIn(RENDER_JOB_STATUSES)
  readonly status?: RenderJobStatus;
}
