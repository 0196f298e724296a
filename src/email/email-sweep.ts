import { Inject, Injectable } from '@nestjs/common';
import { In, MoreThan } from 'typeorm';
import { Database } from '../platform/database/index.js';
import type { ErrorCode } from '../platform/errors/index.js';
import { JobQueue } from '../platform/jobs/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { EMAIL_DISPATCH_QUEUE } from './email-dispatch.queue.js';
import { Email } from './entities/email.entity.js';

/** Addresses served by one sweep; the next one takes the rest. */
const BATCH_SIZE = 500;

/** Failures that end for all mails at once when SendGrid is back. A rate limit has its own end, so it is not among them. */
const OUTAGE_CODES: readonly ErrorCode[] = [
  'SENDGRID_AUTH_ERROR',
  'SENDGRID_CONNECTION_ERROR',
  'SENDGRID_SERVICE_ERROR',
  'SENDGRID_TIMEOUT',
  'SENDGRID_UNAVAILABLE',
];

/** The safety net: finds mails that are due and that no job is about to send. */
@Injectable()
export class EmailSweep {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobQueue,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Starts a job for each address whose oldest pending mail is due. @returns how many */
  async run(): Promise<number> {
    const due = await this.database.read((manager) =>
      manager.query<readonly { readonly id: string }[]>(
        `SELECT id FROM (
           SELECT DISTINCT ON (to_address) id, next_attempt_at, claimed_until
           FROM emails WHERE status = 'pending' ORDER BY to_address, created_at, id
         ) AS head
         WHERE next_attempt_at <= $1 AND (claimed_until IS NULL OR claimed_until <= $1)
         ORDER BY next_attempt_at LIMIT ${BATCH_SIZE}`,
        [this.clock.now()],
      ),
    );
    for (const { id } of due) {
      await this.jobs.enqueue(EMAIL_DISPATCH_QUEUE, { emailId: id }, { singletonKey: `sweep:${id}` });
    }
    return due.length;
  }

  /** Makes everything due that waits for the end of an outage. @returns how many mails */
  async endOfOutage(): Promise<number> {
    const now = this.clock.now();
    const { affected } = await this.database.manager
      .getRepository(Email)
      .update(
        { status: 'pending', lastErrorCode: In(OUTAGE_CODES), nextAttemptAt: MoreThan(now) },
        { nextAttemptAt: now, updatedAt: now },
      );
    return affected ?? 0;
  }
}
