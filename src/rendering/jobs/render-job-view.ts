import type { RenderJobView } from '../dto/rendering.response.js';
import type { RenderJob } from '../entities/render-job.entity.js';

/** @param estimatedCompletion - when the job is expected to be done; null when it is final or nobody can tell */
export function renderJobView(job: RenderJob, estimatedCompletion: Date | null): RenderJobView {
  return {
    id: job.id,
    status: job.status,
    stage: job.stage,
    progress: job.progress,
    estimated_completion: estimatedCompletion?.toISOString() ?? null,
    attempt: job.attempt,
    error: job.error,
    request_id: job.requestId,
    created_at: job.createdAt.toISOString(),
    completed_at: job.completedAt?.toISOString() ?? null,
  };
}
