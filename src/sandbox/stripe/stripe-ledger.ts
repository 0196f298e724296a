import { randomBytes } from 'node:crypto';
import type { Clock } from '../../platform/time/index.js';
import type { Change, DocumentJournal } from '../state/document-journal.js';
import type {
  Charge,
  Delivery,
  PaymentIntent,
  Refund,
  Settlement,
  StoredSession,
  StripeEvent,
  StripeEventType,
  StripeObject,
} from './stripe-objects.js';

/** Documents by collection. */
interface Collections {
  readonly sessions: StoredSession;
  readonly payment_intents: PaymentIntent;
  readonly charges: Charge;
  readonly refunds: Refund;
  readonly events: StripeEvent;
  readonly deliveries: Delivery;
  readonly settlements: Settlement;
  readonly open_sessions: { readonly sessionId: string; readonly expiresAt: number };
  readonly idempotency: StoredAnswer;
}

/** The answer to an idempotent request, kept to be given again. */
export interface StoredAnswer {
  readonly key: string;
  readonly fingerprint: string;
  readonly requestId: string;
  readonly status: number;
  readonly body: unknown;
  readonly createdAtMs: number;
}

/** API version of the events: the one stripe-node 23 is pinned to. */
const API_VERSION = '2026-10-28.endive';
/** Stripe tries a webhook for up to three days (docs.stripe.com/webhooks). */
const GIVE_UP_AFTER_MS = 3 * 86_400_000;
const HISTORY_MS = 30 * 86_400_000;

/** All that the Stripe double remembers. Every change of it is one {@link commit}, so the books always balance. */
export class StripeLedger {
  private batch: Change[] | null = null;
  private request: StripeEvent['request'] = { id: null, idempotency_key: null };
  private readonly listeners: (() => void)[] = [];

  constructor(
    private readonly journal: DocumentJournal,
    readonly clock: Clock,
  ) {
    this.forgetOldHistory();
  }

  get<C extends keyof Collections>(collection: C, id: string): Collections[C] | undefined {
    return this.journal.get(collection, id) as Collections[C] | undefined;
  }

  list<C extends keyof Collections>(collection: C): readonly Collections[C][] {
    return this.journal.list(collection) as readonly Collections[C][];
  }

  /** A change for {@link commit}. */
  put<C extends keyof Collections>(collection: C, id: string, document: Collections[C] | null): Change {
    return { collection, id, document };
  }

  /** The changes that record an event and put it on its way to the webhook. */
  event(type: StripeEventType, object: StripeObject): readonly Change[] {
    const event: StripeEvent = {
      id: this.newId('evt'),
      object: 'event',
      api_version: API_VERSION,
      created: this.seconds(),
      data: { object },
      livemode: false,
      pending_webhooks: 1,
      request: this.request,
      type,
    };
    const nowMs = this.clock.now().getTime();
    return [
      this.put('events', event.id, event),
      this.put('deliveries', event.id, {
        eventId: event.id,
        attempts: 0,
        nextAttemptAtMs: nowMs,
        giveUpAtMs: nowMs + GIVE_UP_AFTER_MS,
      }),
    ];
  }

  /** Writes the changes at once, or with the rest of the surrounding {@link atomically}. */
  commit(...changes: readonly Change[]): void {
    if (this.batch !== null) {
      this.batch.push(...changes);
      return;
    }
    this.journal.commit(...changes);
    for (const listener of this.listeners) listener();
  }

  /**
   * Runs synchronous work whose commits become one, together with what `conclude` adds; nothing is written if it throws.
   * @param request what the events that the work causes are attributed to.
   */
  atomically<T>(request: StripeEvent['request'], work: () => T, conclude: (result: T) => readonly Change[]): T {
    const batch: Change[] = [];
    this.batch = batch;
    this.request = request;
    let result: T;
    try {
      result = work();
    } finally {
      this.batch = null;
      this.request = { id: null, idempotency_key: null };
    }
    this.commit(...batch, ...conclude(result));
    return result;
  }

  /** Calls `listener` after every commit. */
  onCommit(listener: () => void): void {
    this.listeners.push(listener);
  }

  newId(prefix: string): string {
    return `${prefix}_${randomBytes(12).toString('hex')}`;
  }

  /** Now, in epoch seconds. */
  seconds(): number {
    return Math.floor(this.clock.now().getTime() / 1_000);
  }

  /** Stripe keeps events for 30 days; finished sessions are kept as long here. */
  private forgetOldHistory(): void {
    const cutoff = (this.clock.now().getTime() - HISTORY_MS) / 1_000;
    const old = (created: number): boolean => created < cutoff;
    this.journal.commit(
      ...this.list('events')
        .filter(({ id, created }) => old(created) && this.get('deliveries', id) === undefined)
        .map(({ id }) => this.put('events', id, null)),
      ...this.list('sessions')
        .filter(({ session }) => old(session.created) && session.status !== 'open')
        .map(({ session }) => this.put('sessions', session.id, null)),
    );
  }
}
