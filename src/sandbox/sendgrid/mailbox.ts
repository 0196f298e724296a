import { randomBytes } from 'node:crypto';
import type { Clock } from '../../platform/time/index.js';
import { type DocumentJournal, Documents } from '../state/document-journal.js';
import type { OutgoingMail } from './mail-request.js';

export interface ReceivedMail extends OutgoingMail {
  readonly id: string;
  /** What the API answered in `X-Message-Id`; the same for all mails of one request. */
  readonly message_id: string;
  readonly received_at: string;
}

export interface MailQuery {
  /** Only mails to (or copied to) this address, in whatever case. */
  readonly to?: string;
  /** Only mails whose subject contains this, in whatever case. */
  readonly subject?: string;
  readonly limit: number;
}

/** Older mails are dropped, so that a load test does not fill the disk. */
const CAPACITY = 10_000;

/** Every mail that was sent, for people and tests to look at. */
export class SandboxMailbox {
  private readonly mails: Documents<ReceivedMail>;

  constructor(
    private readonly journal: DocumentJournal,
    private readonly clock: Clock,
  ) {
    this.mails = new Documents(journal, 'mails');
  }

  /** Takes in the mails of one request, all or none. @returns the id of the request. */
  receive(mails: readonly OutgoingMail[]): string {
    const messageId = randomBytes(16).toString('base64url');
    const receivedAt = this.clock.now().toISOString();
    const kept = this.mails.list();
    const dropped = kept.slice(0, Math.max(0, kept.length + mails.length - CAPACITY));
    this.journal.commit(
      ...dropped.map((mail) => this.mails.put(mail.id, null)),
      ...mails.map((mail, index) => {
        const id = `${messageId}-${index}`;
        return this.mails.put(id, { ...mail, id, message_id: messageId, received_at: receivedAt });
      }),
    );
    return messageId;
  }

  find(id: string): ReceivedMail | undefined {
    return this.mails.get(id);
  }

  /** The matching mails, newest first. */
  search({ to, subject, limit }: MailQuery): readonly ReceivedMail[] {
    const address = to?.toLowerCase();
    const words = subject?.toLowerCase();
    return this.mails
      .list()
      .toReversed()
      .filter(
        (mail) =>
          (address === undefined ||
            [...mail.to, ...mail.cc, ...mail.bcc].some(({ email }) => email.toLowerCase() === address)) &&
          (words === undefined || mail.subject.toLowerCase().includes(words)),
      )
      .slice(0, limit);
  }

  clear(): void {
    this.journal.commit(...this.mails.list().map(({ id }) => this.mails.put(id, null)));
  }
}
