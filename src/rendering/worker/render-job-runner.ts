import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { type ApiError, RenderingError, RenderingResourceError, translateError } from '../../platform/errors/index.js';
import { JobPostponed } from '../../platform/jobs/index.js';
import { CLOCK, type Clock } from '../../platform/time/index.js';
import { JobChanges } from '../events/job-changes.js';
import { postpones } from '../jobs/postponing-errors.js';
import type { RenderPayload } from '../jobs/render-queue.js';
import { AttemptRows, type HeldJob, objectsOf } from './attempt-rows.js';
import { type FinishedVideo, JobOutcomes } from './job-outcomes.js';
import { ProgressReporter } from './progress-reporter.js';
import { RunReport } from './run-report.js';
import { VideoProduction } from './video-production.js';

/**
 * How a delivery of the queue ended when there is nothing left for the queue to do. `void`: the message was out of date;
 * `lost`: cancelled, or taken over by another worker, while it ran.
 */
export type RunOutcome = 'completed' | 'failed' | 'lost' | 'void';

/** How long a finished video waits for a database that is away, before the work is given up. */
const COMMIT_PATIENCE_MS = 60_000;
const COMMIT_INTERVAL_MS = 1_000;

/** Does what one delivery of the render queue asks for. Knows rows and outcomes, but not the queue. */
@Injectable()
export class RenderJobRunner {
  private readonly logger = new Logger(RenderJobRunner.name);

  constructor(
    private readonly rows: AttemptRows,
    private readonly outcomes: JobOutcomes,
    private readonly changes: JobChanges,
    private readonly production: VideoProduction,
    private readonly report: RunReport,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @param signal - aborts when the attempt shall be handed back: at shutdown, or when the queue has lost it
   * @throws ApiError or JobPostponed when the queue shall deliver the message again; the signal's reason when it aborted
   */
  async run(payload: RenderPayload, signal: AbortSignal): Promise<RunOutcome> {
    signal.throwIfAborted();
    this.report.concerns(payload.jobId);
    const claim = await this.rows.claim(payload);
    switch (claim.outcome) {
      case 'void':
        return 'void';
      case 'exhausted': {
        const { job } = claim;
        await this.production.discard(objectsOf(job));
        return await this.failForGood(job, job.runToken, new RenderingResourceError('RENDERING_RESOURCE_ERROR'));
      }
      case 'held':
        await this.production.discard(claim.abandoned);
        return await this.attempt(claim.held, signal);
    }
  }

  /** Ends a job whose message the queue has given up. */
  async bury({ jobId, generation }: RenderPayload): Promise<void> {
    this.report.concerns(jobId);
    const job = await this.rows.live(jobId, generation);
    if (job !== null) await this.failForGood(job, job.runToken, new RenderingError('RENDERING_ERROR'));
  }

  private async attempt(held: HeldJob, signal: AbortSignal): Promise<RunOutcome> {
    const { job } = held;
    this.report.began(job);
    const lost = new AbortController();
    const giveUp = (): void => {
      lost.abort(new Error('The job is no longer held by this attempt'));
    };
    const unwatch = this.changes.watch(job.id, job.version, {
      changed: (row) => {
        if (row.runToken !== held.runToken) giveUp();
      },
    });
    const reporter = new ProgressReporter(this.rows, held, this.clock, giveUp);
    try {
      const video = await this.production.produce(job, {
        signal: AbortSignal.any([signal, lost.signal]),
        report: (stage, progress) => {
          reporter.report(stage, progress);
        },
        storing: async (kind, objectId) => {
          if (!(await this.rows.noteObject(held, kind, objectId))) giveUp();
          lost.signal.throwIfAborted();
        },
      });
      await reporter.close();
      return await this.finish(held, video, signal);
    } catch (error) {
      await reporter.close();
      if (lost.signal.aborted) {
        this.logger.log({ msg: 'a render was ended because its job was cancelled or taken over', job_id: job.id });
        return 'lost';
      }
      if (signal.aborted) {
        await this.rows.release(held, { spendsAttempt: false });
        throw signal.reason;
      }
      return await this.afterFailure(held, translateError(error));
    } finally {
      unwatch();
    }
  }

  /** Commits the result, waiting for the database if need be: minutes of work are not thrown away for seconds of outage. */
  private async finish(held: HeldJob, video: FinishedVideo, signal: AbortSignal): Promise<RunOutcome> {
    const startedMs = this.clock.monotonicMs();
    for (;;) {
      try {
        // A commit whose answer was lost has taken place when the completed row names our video.
        const completed =
          (await this.outcomes.completed(held, video)) ||
          (await this.rows.isCompletedWith(held.job.id, video.videoObjectId));
        if (!completed) await this.production.discard([video.videoObjectId, video.thumbnailObjectId]);
        if (completed) this.report.completed(held.job, video);
        return completed ? 'completed' : 'lost';
      } catch (error) {
        const failure = translateError(error);
        const patient = failure.retryable && this.clock.monotonicMs() - startedMs < COMMIT_PATIENCE_MS;
        // Without knowing whether the commit took place nothing may be removed: storage sweeps what turns out an orphan.
        if (!patient || signal.aborted) throw failure;
        this.logger.warn({ msg: 'waiting to commit a finished render', err: failure, job_id: held.job.id });
        await waitUnlessAborted(COMMIT_INTERVAL_MS, signal);
      }
    }
  }

  private async afterFailure(held: HeldJob, error: ApiError): Promise<RunOutcome> {
    const { job, runToken, lastAttempt } = held;
    const postponed = postpones(error.code);
    if (!postponed && (!error.retryable || lastAttempt)) {
      return await this.failForGood(job, runToken, error);
    }
    const released = await this.rows.release(held, { spendsAttempt: !postponed });
    if (!released) return 'lost';
    throw postponed ? new JobPostponed(error) : error;
  }

  private async failForGood(job: HeldJob['job'], runToken: string | null, error: ApiError): Promise<RunOutcome> {
    if (!(await this.outcomes.failed(job, runToken, error))) return 'lost';
    this.report.failed(job, error);
    return 'failed';
  }
}

async function waitUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    // The caller looks at the signal itself; anything else would be a surprise.
    if (!signal.aborted) throw error;
  }
}
