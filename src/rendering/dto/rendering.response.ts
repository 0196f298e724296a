import { CountField, Field, IdField, Pagination, TimeField } from '../../platform/http/index.js';
import type { RenderJobError } from '../entities/render-job.entity.js';
import {
  RENDER_JOB_STATUSES,
  RENDER_STAGES,
  type RenderJobStatus,
  type RenderStage,
} from '../jobs/render-job-status.js';
import { VISUALIZATIONS, type Visualization } from '../ports/renderer.port.js';
import { type RenderConfig, type Resolution, RESOLUTIONS } from './render-config.dto.js';

/** What the customer chose, complete. */
export class RenderConfigResponse implements RenderConfig {
  @Field({ enum: VISUALIZATIONS, enumName: 'Visualization' })
  readonly visualization!: Visualization;

  @Field({ enum: RESOLUTIONS, enumName: 'Resolution' })
  readonly resolution!: Resolution;

  @CountField({ minimum: 15, maximum: 60 })
  readonly fps!: number;

  @Field({ example: '#7c5cff' })
  readonly color!: string;

  @Field({ example: '#0b0d17' })
  readonly background_color!: string;

  @Field({ type: String, nullable: true, maxLength: 80 })
  readonly title!: string | null;
}

/** Why a job failed, in the words the customer may read. */
export class RenderJobErrorResponse implements RenderJobError {
  @Field({ description: 'Of the same catalogue as the codes of errors', example: 'RENDERING_TIMEOUT' })
  readonly code!: string;

  @Field()
  readonly message!: string;

  @Field({ description: 'Whether the person can do something about it' })
  readonly recoverable!: boolean;
}

/** A job as status and events show it. */
export class RenderJobView {
  @IdField()
  readonly id!: string;

  @Field({ enum: RENDER_JOB_STATUSES, enumName: 'RenderJobStatus' })
  readonly status!: RenderJobStatus;

  @Field({ enum: RENDER_STAGES, enumName: 'RenderStage', nullable: true, description: 'Only while processing' })
  readonly stage!: RenderStage | null;

  @CountField({ maximum: 100, description: 'Whole percent' })
  readonly progress!: number;

  @TimeField({ nullable: true, description: 'Null when the job has ended or nobody can tell' })
  readonly estimated_completion!: string | null;

  @CountField({ description: 'Attempts begun since it was submitted or retried' })
  readonly attempt!: number;

  @Field({ type: RenderJobErrorResponse, nullable: true })
  readonly error!: RenderJobErrorResponse | null;

  @Field({ type: String, nullable: true, description: 'Of the submission: what to quote to support' })
  readonly request_id!: string | null;

  @TimeField()
  readonly created_at!: string;

  @TimeField({ nullable: true })
  readonly completed_at!: string | null;
}

/** A job as lists show it: with what the customer chose, so that one is told from the other. */
export class RenderJobListItem extends RenderJobView {
  @Field({ type: RenderConfigResponse })
  readonly render_config!: RenderConfig;
}

export class RenderJobResponse {
  @Field()
  readonly job!: RenderJobView;
}

export class RenderJobListResponse {
  @Field({ type: [RenderJobListItem] })
  readonly jobs!: readonly RenderJobListItem[];

  @Field()
  readonly pagination!: Pagination;
}

export class QueuedJobResponse {
  @IdField()
  readonly job_id!: string;

  @Field({ enum: ['queued'] })
  readonly status!: 'queued';

  @CountField({ description: 'Place in the queue' })
  readonly position!: number;

  @CountField({ description: 'Seconds until the video is expected to be done' })
  readonly estimated_seconds!: number;
}

/** Where a finished video can be fetched. */
export class RenderDownload {
  @Field({ format: 'uri', description: 'Needs no token; lives until `expires_at`' })
  readonly download_url!: string;

  @Field({
    type: String,
    format: 'uri',
    nullable: true,
    description: 'A frame of the video as JPEG, under the same terms',
  })
  readonly thumbnail_url!: string | null;

  @TimeField()
  readonly expires_at!: string;

  @Field({ example: 'Night-Drive.mp4' })
  readonly filename!: string;

  @CountField()
  readonly size_bytes!: number;
}
