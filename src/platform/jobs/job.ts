import type { ApiError } from '../errors/index.js';

/** One attempt at one job, as its handler sees it. */
export interface Job<Payload extends object> {
  readonly id: string;
  readonly payload: Payload;
  /** From 1. A job that was handed back at a shutdown starts the same attempt again. */
  readonly attempt: number;
  /** Whether a failure now is final. */
  readonly lastAttempt: boolean;
  /** When the job was enqueued. */
  readonly createdAt: Date;
  /**
   * Aborts when the process must stop (reason {@link JobHandedBack}), when the job was cancelled or taken from this worker,
   * and when it exceeded its time. Whatever is done after that has no effect on the job.
   */
  readonly signal: AbortSignal;
}

/** A job that failed for good: after its last attempt, by an error that is not retryable, or with its worker. */
export interface DeadJob<Payload extends object> {
  /** Id of the job that failed. */
  readonly id: string;
  readonly payload: Payload;
  /** Code of the error that ended it; null when its worker died or it exceeded its time. */
  readonly errorCode: string | null;
  readonly signal: AbortSignal;
}

/**
 * Thrown by a handler whose job is not to blame: it is tried again later, also where the error says that trying again is no
 * use before somebody has done something. Spends a retry of the queue all the same.
 */
export class JobPostponed extends Error {
  override readonly name = 'JobPostponed';

  constructor(readonly reason: ApiError) {
    super('The job has to wait', { cause: reason });
  }
}

/**
 * Does the work. May run more than once for one job (a worker that dies, an answer that is lost), so its effects must be
 * tied to rows and locks. Rejecting tries again later, unless with an ApiError that is not retryable.
 */
export type JobHandler<Payload extends object> = (job: Job<Payload>) => Promise<void>;

/** Is told of every job that failed for good, at least once each. Rejecting tries again later. */
export type DeadJobHandler<Payload extends object> = (job: DeadJob<Payload>) => Promise<void>;

/** Reason of an abort at shutdown: the job goes back to its queue and loses no attempt. */
export class JobHandedBack extends Error {
  override readonly name = 'JobHandedBack';

  constructor() {
    super('The process is stopping; the job goes back to its queue');
  }
}
