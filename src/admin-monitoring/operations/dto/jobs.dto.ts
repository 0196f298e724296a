import { Transform } from 'class-transformer';
import { IsIn, IsString, IsUUID, Matches, MaxLength } from 'class-validator';
import {
  CountField,
  Field,
  IdField,
  IsPointInTime,
  IsWellFormedText,
  OptionalField,
  PageQuery,
  Pagination,
  TimeField,
} from '../../../platform/http/index.js';
import {
  RENDER_JOB_STATUSES,
  RENDER_STAGES,
  type RenderJob,
  type RenderJobStatus,
  type RenderStage,
} from '../../../rendering/index.js';

/** Query of `GET jobs`. */
export class JobQuery extends PageQuery {
  @Field({ enumName: 'RenderJobStatus', description: 'Only jobs in this state' })
  @OptionalField()
  @IsIn(RENDER_JOB_STATUSES)
  readonly status?: RenderJobStatus;

  @Field({ description: 'Only jobs of this customer' })
  @OptionalField()
  @IsUUID()
  readonly user_id?: string;

  @Field({ description: 'Only jobs of the customer with this address' })
  @OptionalField()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value))
  @IsString()
  @MaxLength(254)
  @IsWellFormedText()
  readonly email?: string;

  @Field({ description: 'Only jobs that failed with this code', example: 'RENDERING_TIMEOUT' })
  @OptionalField()
  @IsString()
  @MaxLength(64)
  @Matches(/^[A-Z0-9_]+$/, { message: 'error_code must be a code such as RENDERING_TIMEOUT' })
  readonly error_code?: string;

  @Field({ type: 'string', format: 'date-time', description: 'Only jobs created at or after this time' })
  @OptionalField()
  @IsPointInTime()
  readonly since?: string;

  @Field({ type: 'string', format: 'date-time', description: 'Only jobs created before this time' })
  @OptionalField()
  @IsPointInTime()
  readonly until?: string;
}

/** Why a job failed. */
export class OperatorJobError {
  @Field({ example: 'RENDERING_TIMEOUT' })
  readonly code!: string;

  @Field()
  readonly message!: string;

  @Field()
  readonly recoverable!: boolean;
}

/** A render job as an administrator sees it. */
export class OperatorJob {
  @IdField()
  readonly id!: string;

  @IdField()
  readonly user_id!: string;

  @IdField()
  readonly payment_id!: string;

  @Field({ enum: RENDER_JOB_STATUSES, enumName: 'RenderJobStatus' })
  readonly status!: RenderJobStatus;

  @Field({ enum: RENDER_STAGES, enumName: 'RenderStage', nullable: true, description: 'Only while processing' })
  readonly stage!: RenderStage | null;

  @CountField({ maximum: 100 })
  readonly progress!: number;

  @CountField({ description: 'Attempts begun since it was submitted or retried' })
  readonly attempt!: number;

  @Field({ type: OperatorJobError, nullable: true })
  readonly error!: OperatorJobError | null;

  @TimeField({ nullable: true, description: 'Last sign of life of the worker that has it' })
  readonly heartbeat_at!: string | null;

  @TimeField()
  readonly created_at!: string;

  @TimeField({ description: 'When it was last put into the queue' })
  readonly queued_at!: string;

  @TimeField({ nullable: true })
  readonly started_at!: string | null;

  @TimeField({ nullable: true })
  readonly completed_at!: string | null;
}

export class JobPage {
  @Field({ type: [OperatorJob] })
  readonly jobs!: readonly OperatorJob[];

  @Field()
  readonly pagination!: Pagination;
}

export class JobPageResponse {
  @Field()
  readonly data!: JobPage;
}

export class RetriedJob {
  @Field()
  readonly job!: OperatorJob;
}

export class RetriedJobResponse {
  @Field()
  readonly data!: RetriedJob;
}

export function wireJob(job: RenderJob): OperatorJob {
  return {
    id: job.id,
    user_id: job.userId,
    payment_id: job.paymentId,
    status: job.status,
    stage: job.stage,
    progress: job.progress,
    attempt: job.attempt,
    error: job.error,
    heartbeat_at: job.heartbeatAt?.toISOString() ?? null,
    created_at: job.createdAt.toISOString(),
    queued_at: job.queuedAt.toISOString(),
    started_at: job.startedAt?.toISOString() ?? null,
    completed_at: job.completedAt?.toISOString() ?? null,
  };
}
