import { Inject, Injectable, Logger } from '@nestjs/common';
import { Database } from '../platform/database/index.js';
import { type ApiError, ERROR_SINK, type ErrorSink, translateError } from '../platform/errors/index.js';
import { JobQueue } from '../platform/jobs/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { afterFailure } from './delivery-decision.js';
import { type ClaimedEmail, EmailClaims } from './email-claims.js';
import { EMAIL_DISPATCH_QUEUE } from './email-dispatch.queue.js';
import { Email } from './entities/email.entity.js';
import { MailDelivery } from './mail-delivery.js';
import { mayHaveBeenSent } from './send-certainty.js';

/**
 * Empties the outbox, one address at a time.
 *
 * How often a mail is sent: exactly once as long as SendGrid's answer arrives or its activity can be looked up
 * afterwards. It is sent a second time only when the answer to the first was lost (or this process died before writing
 * it down) *and* the look-up does not show it, because the account has no Email Activity or its index is behind.
 */
@Injectable()
export class EmailDispatcher {
  private readonly logger = new Logger(EmailDispatcher.name);

  constructor(
    private readonly database: Database,
    private readonly claims: EmailClaims,
    private readonly delivery: MailDelivery,
    private readonly jobs: JobQueue,
    @Inject(ERROR_SINK) private readonly errors: ErrorSink,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Sends what is due for the address of this mail, in order, until nothing is.
   *
   * @param signal ends the work between two mails and cancels the one under way
   * @throws the signal's reason; `DATABASE_*`
   */
  async serveAddressOf(emailId: string, signal: AbortSignal): Promise<void> {
    const email = await this.database.read((manager) => manager.getRepository(Email).findOneBy({ id: emailId }));
    if (email?.status !== 'pending') {
      return;
    }
    for (;;) {
      signal.throwIfAborted();
      const claimed = await this.claims.next(email.toAddress);
      if (claimed === null) {
        return;
      }
      await this.deliver(claimed, signal);
    }
  }

  private async deliver(claimed: ClaimedEmail, signal: AbortSignal): Promise<void> {
    let messageId: string | null;
    try {
      ({ messageId } = await this.delivery.deliver(claimed, signal));
    } catch (error) {
      if (signal.aborted) {
        await this.claims.settle(this.database.manager, claimed, {});
        throw error;
      }
      await this.failed(claimed, translateError(error));
      return;
    }
    await this.claims.settle(this.database.manager, claimed, {
      status: 'sent',
      sentAt: this.clock.now(),
      providerMessageId: messageId,
      uncertain: false,
      lastErrorCode: null,
      data: {},
    });
  }

  private async failed(claimed: ClaimedEmail, error: ApiError): Promise<void> {
    const { email } = claimed;
    const now = this.clock.now();
    const ageSeconds = (now.getTime() - (email.resentAt ?? email.createdAt).getTime()) / 1_000;
    const decision = afterFailure(error, { attempts: email.attempts, ageSeconds }, Math.random());
    const uncertain = claimed.wasUncertain || mayHaveBeenSent(error);
    if (decision.kind === 'dead') {
      await this.claims.settle(this.database.manager, claimed, {
        status: 'dead',
        lastErrorCode: error.code,
        uncertain,
      });
      this.errors.capture(error, { kind: 'job', service: 'sendgrid', operation: 'mail_dead' });
      this.logger.error({ msg: 'An e-mail was given up', ...logFields(email, error) });
      return;
    }
    const nextAttemptAt = new Date(now.getTime() + decision.delaySeconds * 1_000);
    await this.database.transaction(async (manager) => {
      const changes = { nextAttemptAt, lastErrorCode: error.code, uncertain };
      if (await this.claims.settle(manager, claimed, changes)) {
        await this.jobs.enqueue(
          EMAIL_DISPATCH_QUEUE,
          { emailId: email.id },
          { manager, startAfterSeconds: decision.delaySeconds },
        );
      }
    });
    this.logger.warn({
      msg: 'An e-mail could not be sent now and stays in the outbox',
      ...logFields(email, error),
      next_attempt_at: nextAttemptAt.toISOString(),
    });
  }
}

/** What a log may have of a mail: never its address, its data or its links. */
function logFields(email: Email, error: ApiError) {
  return { email_id: email.id, template: email.template, attempt: email.attempts, error_code: error.code };
}
