export { type DeadJob, type DeadJobHandler, type Job, JobHandedBack, type JobHandler, JobPostponed } from './job.js';
export { type EnqueueOptions, JobQueue, type QueueDepth } from './job-queue.js';
export { JobWorkers, type WorkerOptions } from './job-workers.js';
export { JobsModule } from './jobs.module.js';
export { defineQueue, type QueueDefinition, type QueueSettings, type Uniqueness } from './queue-definition.js';
