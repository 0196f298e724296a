import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../platform/time/index.js';
import { installFaultHook } from '../faults/fault-hook.js';
import type { FaultTable } from '../faults/fault-table.js';
import type { SandboxOptions } from '../sandbox-options.js';
import { DocumentJournal } from '../state/document-journal.js';
import { CheckoutPayments } from './checkout-payments.js';
import { checkoutRoutes } from './checkout-routes.js';
import { CheckoutSessions } from './checkout-sessions.js';
import { IdempotencyKeys } from './idempotency.js';
import { ObjectViews } from './object-views.js';
import { Refunds } from './refunds.js';
import { StripeLedger } from './stripe-ledger.js';
import { STRIPE_WORDING, stripeRoutes } from './stripe-routes.js';
import { WebhookSender } from './webhook-sender.js';

interface EventParams {
  readonly Params: { readonly id: string };
}

/** The double of Stripe: its API, its checkout page, and the events it sends. */
export class StripeDouble {
  private readonly journal: DocumentJournal;
  private readonly ledger: StripeLedger;
  private readonly sessions: CheckoutSessions;
  private readonly payments: CheckoutPayments;
  private readonly webhooks: WebhookSender;

  /** @param origin where payers reach the checkout page, known once the server listens. */
  constructor(
    private readonly options: SandboxOptions,
    clock: Clock,
    origin: () => string,
  ) {
    const { webhookUrl, webhookSecret, asyncSettlementMs = 3_000, webhookRetryMs = 1_000 } = options.stripe;
    this.journal = new DocumentJournal(join(options.stateDir, 'stripe', 'journal.jsonl'));
    this.ledger = new StripeLedger(this.journal, clock);
    this.sessions = new CheckoutSessions(this.ledger, origin);
    this.payments = new CheckoutPayments(this.ledger, this.sessions, asyncSettlementMs);
    this.webhooks = new WebhookSender(this.ledger, { url: webhookUrl, secret: webhookSecret, retryMs: webhookRetryMs });
  }

  register(server: FastifyInstance, faults: FaultTable): void {
    server.register(async (api) => {
      installFaultHook(api, 'stripe', faults, STRIPE_WORDING);
      stripeRoutes(api, {
        ledger: this.ledger,
        sessions: this.sessions,
        refunds: new Refunds(this.ledger),
        keys: new IdempotencyKeys(this.ledger),
        views: new ObjectViews(this.ledger, this.sessions),
        secretKey: this.options.stripe.secretKey,
      });
    });
    server.register(async (pages) => {
      checkoutRoutes(pages, this.sessions, this.payments);
    });
    server.register(async (control) => {
      this.registerControl(control);
    });
  }

  /** Goes on with what an earlier run left to do. */
  start(): void {
    this.webhooks.resume();
  }

  /** Does what has become due: expiry of sessions, settlement of asynchronous payments, webhooks. */
  tick(): void {
    this.sessions.expireDue();
    this.payments.settleDue();
    this.webhooks.pump();
  }

  async stop(): Promise<void> {
    await this.webhooks.stop();
    this.journal.close();
  }

  /** For tests: events that come twice, many times at once, late, or not at all. */
  private registerControl(control: FastifyInstance): void {
    control.get('/sandbox/webhooks', () => this.webhooks.view());
    control.put('/sandbox/webhooks', (request, reply) => {
      const { paused } = (request.body ?? {}) as { readonly paused?: unknown };
      if (typeof paused !== 'boolean') {
        return reply.code(422).send({ error: 'invalid', message: 'paused must be true or false' });
      }
      this.webhooks.setPaused(paused);
      return this.webhooks.view();
    });
    control.post<EventParams>('/sandbox/events/:id/redeliver', async (request, reply) => {
      const event = this.ledger.get('events', request.params.id);
      if (event === undefined) return await reply.code(404).send({ error: 'unknown_event', message: 'No such event' });
      const { times = 1 } = (request.body ?? {}) as { readonly times?: unknown };
      if (typeof times !== 'number' || !Number.isInteger(times) || times < 1 || times > 1_000) {
        return await reply.code(422).send({ error: 'invalid', message: 'times must be a whole number from 1 to 1000' });
      }
      return { attempts: await this.webhooks.redeliver(event, times) };
    });
  }
}
