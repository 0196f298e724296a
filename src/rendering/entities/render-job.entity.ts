import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { User } from '../../auth/index.js';
import { Payment } from '../../payments/index.js';
import type { RenderConfig } from '../dto/render-config.dto.js';
import type { RenderJobStatus, RenderStage } from '../jobs/render-job-status.js';
import type { InspectedAudio } from '../ports/audio-inspector.port.js';

/** Why a job failed, in the words the customer may read. */
export interface RenderJobError {
  readonly code: string;
  readonly message: string;
  readonly recoverable: boolean;
}

/**
 * One paid render. The row decides every race: a worker holds the job only while `status` is `processing` and `runToken` is its own.
 * The partial unique index is the last line of defence against one credit paying for two videos.
 */
@Entity('render_jobs')
@Check('ck_render_jobs_status', `status IN ('queued', 'processing', 'completed', 'failed', 'cancelled')`)
@Check('ck_render_jobs_held', `(status = 'processing') = (run_token IS NOT NULL)`)
@Check('ck_render_jobs_completed', `status <> 'completed' OR video_object_id IS NOT NULL`)
@Index('ix_render_jobs_user_created', ['userId', 'createdAt'])
@Index('ix_render_jobs_status_queued', ['status', 'queuedAt'])
@Index('ix_render_jobs_failed', ['completedAt'], { where: `status = 'failed'` })
@Index('ix_render_jobs_request_id', ['requestId'], { where: 'request_id IS NOT NULL' })
@Index('uq_render_jobs_live_payment', ['paymentId'], {
  unique: true,
  where: `status IN ('queued', 'processing', 'completed')`,
})
export class RenderJob {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_render_jobs' })
  id!: string;

  @Column('uuid')
  @ForeignKey(() => User, 'id', { name: 'fk_render_jobs_user' })
  userId!: string;

  @Column('uuid')
  @ForeignKey(() => Payment, 'id', { name: 'fk_render_jobs_payment' })
  paymentId!: string;

  @Column('text')
  status!: RenderJobStatus;

  @Column('text', { nullable: true })
  stage!: RenderStage | null;

  /** Whole percent, 0–100. */
  @Column('smallint', { default: 0 })
  progress!: number;

  /** Rises with every change a customer can see. */
  @Column('integer', { default: 1 })
  version!: number;

  /** Rises with every enqueueing: a queue message of an older generation is void. */
  @Column('integer', { default: 1 })
  generation!: number;

  /** Attempts begun since the job was last submitted or retried by the customer. */
  @Column('smallint', { default: 0 })
  attempt!: number;

  /** Name of the attempt that holds the job; null while nobody does. */
  @Column('uuid', { nullable: true })
  runToken!: string | null;

  /** Last sign of life of the attempt that holds the job. */
  @Column('timestamptz', { nullable: true })
  heartbeatAt!: Date | null;

  @Column('jsonb')
  config!: RenderConfig;

  @Column('jsonb')
  audio!: InspectedAudio;

  /** Null once the track is no longer needed and was removed. */
  @Column('uuid', { nullable: true })
  audioObjectId!: string | null;

  @Column('uuid', { nullable: true })
  videoObjectId!: string | null;

  @Column('uuid', { nullable: true })
  thumbnailObjectId!: string | null;

  /** At most 2 GB: ten minutes of 1080p60 stay far below. */
  @Column('integer', { nullable: true })
  videoSizeBytes!: number | null;

  @Column('jsonb', { nullable: true })
  error!: RenderJobError | null;

  /** Megapixels to be drawn, the measure of a job's cost. */
  @Column('double precision')
  workMegapixels!: number;

  /** How long the successful render took. */
  @Column('integer', { nullable: true })
  renderMs!: number | null;

  @Column('timestamptz')
  createdAt!: Date;

  @Column('timestamptz')
  queuedAt!: Date;

  /** When the current or last attempt began. */
  @Column('timestamptz', { nullable: true })
  startedAt!: Date | null;

  /** When the job became final, whichever way. */
  @Column('timestamptz', { nullable: true })
  completedAt!: Date | null;

  /** The request that submitted it. */
  @Column('text', { nullable: true })
  requestId!: string | null;
}
