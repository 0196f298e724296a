import { Inject, Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import type { EntityManager } from 'typeorm';
import { Database } from '../platform/database/index.js';
import { ConflictError, NotFoundError } from '../platform/errors/index.js';
import { JobQueue } from '../platform/jobs/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { EMAIL_DISPATCH_QUEUE } from './email-dispatch.queue.js';
import { Email, type EmailStatus } from './entities/email.entity.js';

/** Which mails an operator wants to see. */
export interface EmailSearch {
  /** From 1. */
  readonly page: number;
  readonly perPage: number;
  readonly status?: EmailStatus | undefined;
  readonly toAddress?: string | undefined;
}

/** What an operator does with the outbox. */
@Injectable()
export class EmailOperations {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobQueue,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** One page, newest first, and how many mails there are on all. @throws ApiError `DATABASE_*` */
  async page(search: EmailSearch): Promise<{ readonly emails: readonly Email[]; readonly total: number }> {
    const { page, perPage, status, toAddress } = search;
    const [emails, total] = await this.database.read(
      async (manager) =>
        await manager.findAndCount(Email, {
          where: {
            ...(status === undefined ? {} : { status }),
            ...(toAddress === undefined ? {} : { toAddress }),
          },
          order: { createdAt: 'DESC', id: 'DESC' },
          skip: (page - 1) * perPage,
          take: perPage,
        }),
    );
    return { emails, total };
  }

  /** The mails that a request led to, oldest first, a hundred at the most. @throws ApiError `DATABASE_*` */
  async ofRequest(requestId: string): Promise<readonly Email[]> {
    return await this.database.read(
      async (manager) => await manager.find(Email, { where: { requestId }, order: { id: 'ASC' }, take: 100 }),
    );
  }

  /**
   * Lets a dead mail live again, as long as a new one, or tries a waiting one now. One that may have been accepted before is looked
   * up first, as ever, and the mails of its address still go out in their order.
   *
   * @param also - what is to be written in the same transaction
   * @throws NotFoundError `EMAIL_NOT_FOUND`, ConflictError `EMAIL_ALREADY_SENT`: what it said is not kept then
   */
  async resend(id: string, also: (manager: EntityManager) => Promise<void>): Promise<Email> {
    return await this.database.transaction(async (manager) => {
      const emails = manager.getRepository(Email);
      const email = isUUID(id) ? await emails.findOne({ where: { id }, lock: { mode: 'pessimistic_write' } }) : null;
      if (email === null) throw new NotFoundError('EMAIL_NOT_FOUND');
      if (email.status === 'sent') throw new ConflictError('EMAIL_ALREADY_SENT');
      const now = this.clock.now();
      const change = { status: 'pending', attempts: 0, nextAttemptAt: now, updatedAt: now, resentAt: now } as const;
      await emails.update(id, change);
      await this.jobs.enqueue(EMAIL_DISPATCH_QUEUE, { emailId: id }, { manager });
      await also(manager);
      return Object.assign(email, change);
    });
  }
}
