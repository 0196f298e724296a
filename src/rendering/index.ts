export { RenderJobListItem } from './dto/rendering.response.js';
export { RenderJob } from './entities/render-job.entity.js';
export { FailedJobs } from './jobs/failed-jobs.js';
export { RenderJobs } from './jobs/render-jobs.js';
export { RenderingModule } from './rendering.module.js';
