import { Inject, Injectable, Logger } from '@nestjs/common';
import { ERROR_SINK, type ErrorSink, isApiError, translateError } from '../errors/index.js';
import { RequestContext } from '../http/index.js';
import { PerformanceLog } from '../logging/index.js';
import { CLOCK, type Clock } from '../time/index.js';
import { type Job, type JobHandler, JobPostponed } from './job.js';
import { openEnvelope } from './job-envelope.js';

/** A job as the queue hands it out. */
export interface ClaimedJob {
  readonly id: string;
  readonly queueName: string;
  readonly data: unknown;
  /** Claims before this one that ended without success, hand-backs included. */
  readonly retryCount: number;
  readonly retryLimit: number;
  readonly createdAt: Date;
  /** When it was allowed to start; later than `createdAt` for a delayed job. */
  readonly startableAt: Date;
  /** Aborts when the claim is lost or the time is up. */
  readonly signal: AbortSignal;
}

/** How an attempt ended. `interrupted`: by the shutdown, so that the job is to be handed back. */
export type AttemptOutcome =
  | { readonly kind: 'completed' }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'failed' | 'dead'; readonly errorCode: string };

/** Runs one attempt at a job: context, handler, and what becomes of its error. Knows no queue, so that it is tested without. */
@Injectable()
export class JobRunner {
  private readonly logger = new Logger(JobRunner.name);

  constructor(
    private readonly context: RequestContext,
    @Inject(ERROR_SINK) private readonly errors: ErrorSink,
    private readonly performance: PerformanceLog,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @param stopping - aborts when the process may wait no longer; the handler sees it in its signal. Never rejects.
   */
  async run<Payload extends object>(
    claimed: ClaimedJob,
    handler: JobHandler<Payload>,
    stopping: AbortSignal,
  ): Promise<AttemptOutcome> {
    const envelope = openEnvelope(claimed.data);
    const job: Job<Payload> = {
      id: claimed.id,
      payload: envelope.payload as Payload,
      // A dead job keeps the count of hand-backs of the job it was made from, so the difference may be negative.
      attempt: Math.max(0, claimed.retryCount - envelope.handed_back) + 1,
      lastAttempt: claimed.retryCount >= claimed.retryLimit,
      createdAt: claimed.createdAt,
      signal: AbortSignal.any([claimed.signal, stopping]),
    };
    const values = {
      queueJobId: claimed.id,
      ...(envelope.request_id === null ? {} : { requestId: envelope.request_id }),
      ...(envelope.trace_id === null ? {} : { traceId: envelope.trace_id }),
      ...(envelope.user_id === null ? {} : { userId: envelope.user_id }),
    };
    return await this.context.run(values, async () => await this.attempt(claimed, job, handler, stopping));
  }

  private async attempt<Payload extends object>(
    claimed: ClaimedJob,
    job: Job<Payload>,
    handler: JobHandler<Payload>,
    stopping: AbortSignal,
  ): Promise<AttemptOutcome> {
    const waitMs = Math.max(0, this.clock.now().getTime() - claimed.startableAt.getTime());
    this.performance.metric('queue_wait', waitMs, 'ms', { queue: claimed.queueName, attempt: job.attempt });
    try {
      await handler(job);
      return { kind: 'completed' };
    } catch (error) {
      if (stopping.aborted) return { kind: 'interrupted' };
      return this.failure(claimed, job, error);
    }
  }

  private failure(claimed: ClaimedJob, job: Job<object>, thrown: unknown): AttemptOutcome {
    const postponed = thrown instanceof JobPostponed;
    const cause = postponed ? thrown.reason : thrown;
    const error = translateError(cause);
    // Only an error that says so itself is final: what was translated from something unknown may be a passing fault.
    const final = !postponed && isApiError(cause) && !cause.retryable;
    this.errors.capture(error, {
      kind: 'job',
      requestId: this.context.requestId,
      userId: this.context.userId,
      jobId: this.context.jobId,
      queueJobId: claimed.id,
      operation: claimed.queueName,
    });
    this.logger.warn({
      msg: final || job.lastAttempt ? 'A job failed for good' : 'An attempt at a job failed',
      queue: claimed.queueName,
      queue_job_id: claimed.id,
      attempt: job.attempt,
      error_code: error.code,
      err: cause,
    });
    return { kind: final ? 'dead' : 'failed', errorCode: error.code };
  }
}
