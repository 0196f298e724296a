import { Inject, Injectable } from '@nestjs/common';
import { InjectPolicy, type ServicePolicy } from '../platform/resilience/index.js';
import type { ClaimedEmail } from './email-claims.js';
import type { Email } from './entities/email.entity.js';
import { MAIL_SENDER, type MailSender } from './ports/mail-sender.port.js';
import type { MailContent } from './templates/mail-data.js';
import { renderMail } from './templates/templates.js';

const LOOK_UP_TIMEOUT_MS = 5_000;
const SEND_TIMEOUT_MS = 12_000;

/** Takes one mail to SendGrid under the policy, and looks first where an earlier try may have succeeded. */
@Injectable()
export class MailDelivery {
  constructor(
    @Inject(MAIL_SENDER) private readonly sender: MailSender,
    @InjectPolicy('sendgrid') private readonly sendgrid: ServicePolicy,
  ) {}

  /** @throws ApiError `EMAIL_*`, `SENDGRID_*`; the signal's reason */
  async deliver(
    { email, wasUncertain }: ClaimedEmail,
    signal: AbortSignal,
  ): Promise<{ readonly messageId: string | null }> {
    if (wasUncertain) {
      const earlier = await this.sendgrid.execute(
        'find_email',
        (attempt) => this.sender.find(email.id, attempt.signal),
        { signal, totalTimeoutMs: LOOK_UP_TIMEOUT_MS },
      );
      if (earlier.state === 'accepted') {
        return { messageId: earlier.messageId };
      }
    }
    const message = {
      emailId: email.id,
      to: email.toAddress,
      category: email.template,
      ...renderMail(contentOf(email)),
    };
    return await this.sendgrid.execute('send_email', (attempt) => this.sender.send(message, attempt.signal), {
      signal,
      totalTimeoutMs: SEND_TIMEOUT_MS,
      // SendGrid has no idempotency key: a repeat within the policy could send twice. The outbox repeats, and looks first.
      retrySafe: false,
    });
  }
}

/** The row was written from a {@link MailContent}; the database does not carry the type. */
function contentOf({ template, data }: Email): MailContent {
  return { template, data } as unknown as MailContent;
}
