export { RenderJobListItem } from './dto/rendering.response.js';
export { RenderJob } from './entities/render-job.entity.js';
export { RenderJobs } from './jobs/render-jobs.js';
export { RenderingModule } from './rendering.module.js';
