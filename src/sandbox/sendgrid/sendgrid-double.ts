import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../platform/time/index.js';
import { installFaultHook } from '../faults/fault-hook.js';
import type { FaultTable } from '../faults/fault-table.js';
import type { SandboxOptions } from '../sandbox-options.js';
import { DocumentJournal } from '../state/document-journal.js';
import { mailboxRoutes } from './mailbox-page.js';
import { SandboxMailbox } from './mailbox.js';
import { sendgridRoutes, sendgridWording } from './sendgrid-routes.js';

/** The double of SendGrid: its API takes mails, the mailbox shows them. */
export class SendgridDouble {
  private readonly journal: DocumentJournal;
  private readonly mailbox: SandboxMailbox;

  constructor(
    private readonly options: SandboxOptions,
    private readonly clock: Clock,
  ) {
    this.journal = new DocumentJournal(join(options.stateDir, 'sendgrid', 'journal.jsonl'));
    this.mailbox = new SandboxMailbox(this.journal, clock);
  }

  register(server: FastifyInstance, faults: FaultTable): void {
    server.register(async (api) => {
      installFaultHook(
        api,
        'sendgrid',
        faults,
        sendgridWording(() => this.clock.now()),
      );
      sendgridRoutes(api, this.options.sendgrid.apiKey, this.mailbox);
    });
    server.register(async (pages) => {
      mailboxRoutes(pages, this.mailbox);
    });
  }

  stop(): void {
    this.journal.close();
  }
}
