export { RenderJobListItem } from './dto/rendering.response.js';
export { RenderJob } from './entities/render-job.entity.js';
export { FailedJobs } from './jobs/failed-jobs.js';
export { JobOperations } from './jobs/job-operations.js';
export {
  RENDER_JOB_STATUSES,
  type RenderJobStatus,
  type RenderStage,
  RENDER_STAGES,
} from './jobs/render-job-status.js';
export { RenderJobs } from './jobs/render-jobs.js';
export { RenderingModule } from './rendering.module.js';
