import { Inject, Injectable, Logger } from '@nestjs/common';
import { type ApiError, ERROR_SINK, type ErrorSink } from '../../platform/errors/index.js';
import { RequestContext } from '../../platform/http/index.js';
import { PerformanceLog } from '../../platform/logging/index.js';
import type { RenderJob } from '../entities/render-job.entity.js';
import type { FinishedVideo } from './job-outcomes.js';

/** Says what happens to render jobs: to the logs, the figures and, when one has failed for good, to the error sink. */
@Injectable()
export class RunReport {
  private readonly logger = new Logger(RunReport.name);

  constructor(
    private readonly context: RequestContext,
    private readonly performance: PerformanceLog,
    @Inject(ERROR_SINK) private readonly sink: ErrorSink,
  ) {}

  /** Every line and error of the work that runs here belongs to this job from now on. */
  concerns(jobId: string): void {
    this.context.set('jobId', jobId);
  }

  began(job: RenderJob): void {
    this.logger.log({ msg: 'render attempt begins', job_id: job.id, attempt: job.attempt });
  }

  completed(job: RenderJob, video: FinishedVideo): void {
    const fields = {
      job_id: job.id,
      visualization: job.config.visualization,
      resolution: job.config.resolution,
      fps: job.config.fps,
    };
    this.performance.metric('render_time', video.renderMs, 'ms', fields);
    // Seconds of video for each second of work: 1 is real time.
    const speed = (job.audio.durationSeconds * 1_000) / Math.max(1, video.renderMs);
    this.performance.metric('render_speed', speed, 'ratio', fields);
  }

  failed(job: RenderJob, error: ApiError): void {
    this.logger.error({ msg: 'render job failed for good', job_id: job.id, attempt: job.attempt, err: error });
    this.sink.capture(error, {
      kind: 'job',
      jobId: job.id,
      userId: job.userId,
      service: 'rendering',
      operation: 'render_failed_for_good',
    });
  }
}
