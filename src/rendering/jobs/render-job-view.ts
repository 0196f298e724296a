import type { RenderConfig } from '../dto/render-config.dto.js';
import type { RenderJob, RenderJobError } from '../entities/render-job.entity.js';
import type { RenderJobStatus, RenderStage } from './render-job-status.js';

/** A job as status and events show it. */
export interface RenderJobView {
  readonly id: string;
  readonly status: RenderJobStatus;
  readonly stage: RenderStage | null;
  /** Whole percent, 0–100. */
  readonly progress: number;
  readonly estimated_completion: string | null;
  readonly attempt: number;
  readonly error: RenderJobError | null;
  readonly created_at: string;
  readonly completed_at: string | null;
}

/** A job as lists show it: with what the customer chose, so that one is told from the other. */
export interface RenderJobListItem extends RenderJobView {
  readonly render_config: RenderConfig;
}

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
    created_at: job.createdAt.toISOString(),
    completed_at: job.completedAt?.toISOString() ?? null,
  };
}
