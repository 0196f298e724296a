export { RenderJob } from './entities/render-job.entity.js';
export type { RenderJobListItem } from './jobs/render-job-view.js';
export { RenderJobs } from './jobs/render-jobs.js';
export { RenderingModule } from './rendering.module.js';
