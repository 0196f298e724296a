export { RenderJob, type RenderJobError } from './entities/render-job.entity.js';
export { RENDER_JOB_STATUSES, type RenderJobStatus, type RenderStage } from './jobs/render-job-status.js';
export type { RenderJobListItem, RenderJobView } from './jobs/render-job-view.js';
export { type RenderJobPage, RenderJobs, type RenderStatistics } from './jobs/render-jobs.js';
export { RenderingModule } from './rendering.module.js';
