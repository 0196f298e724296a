import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { RequestContext } from '../platform/http/index.js';
import { JobQueue } from '../platform/jobs/index.js';
import { CLOCK, type Clock, newId } from '../platform/time/index.js';
import { EMAIL_DISPATCH_QUEUE } from './email-dispatch.queue.js';
import { Email } from './entities/email.entity.js';
import type { MailContent } from './templates/mail-data.js';

/** A mail to be sent. */
export type OutgoingMail = MailContent & {
  readonly to: string;
  readonly userId: string | null;
  /** Names the fact that the mail reports, e.g. `render_completed:<job id>`: one mail for each, however often it is told. */
  readonly dedupeKey: string;
};

/** Where features leave their mails: a mail exists if and only if the fact it reports was committed. */
@Injectable()
export class EmailOutbox {
  constructor(
    private readonly jobs: JobQueue,
    private readonly context: RequestContext,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Writes the mail and its dispatch job in the caller's transaction; it goes out after the commit.
   *
   * @returns whether this is a new mail; false when one with the same `dedupeKey` exists already
   */
  async enqueue(manager: EntityManager, mail: OutgoingMail): Promise<boolean> {
    const id = newId();
    const now = this.clock.now();
    const { raw } = await manager
      .createQueryBuilder()
      .insert()
      .into(Email)
      .values({
        id,
        userId: mail.userId,
        toAddress: mail.to,
        template: mail.template,
        data: { ...mail.data },
        dedupeKey: mail.dedupeKey,
        requestId: this.context.requestId ?? null,
        status: 'pending',
        nextAttemptAt: now,
        createdAt: now,
        updatedAt: now,
      })
      .orIgnore()
      .returning('id')
      .execute();
    if (!Array.isArray(raw) || raw.length === 0) {
      return false;
    }
    await this.jobs.enqueue(EMAIL_DISPATCH_QUEUE, { emailId: id }, { manager });
    return true;
  }
}
