import { createHmac } from 'node:crypto';
import type { StripeLedger } from './stripe-ledger.js';
import type { Delivery, StripeEvent } from './stripe-objects.js';

export interface WebhookTarget {
  /** Where events go; null keeps them from being sent. */
  readonly url: string | null;
  readonly secret: string;
  /** The first pause before another attempt; it doubles up to {@link MAX_PAUSE_MS}. */
  readonly retryMs: number;
}

/** What came of one attempt: the status answered, or why there was none. */
export type AttemptResult = { readonly status: number } | { readonly failure: string };

const MAX_PAUSE_MS = 60_000;
const ATTEMPT_TIMEOUT_MS = 10_000;
const MAX_CONCURRENT = 8;

/**
 * Sends events to the webhook, signed as Stripe signs them (docs.stripe.com/webhooks#verify-manually), until it answers
 * 2xx. What is still to be sent is in the ledger, so that a restart goes on with it.
 */
export class WebhookSender {
  private readonly inFlight = new Set<string>();
  private readonly attempts = new Set<Promise<unknown>>();
  private readonly stopping = new AbortController();
  private paused = false;

  constructor(
    private readonly ledger: StripeLedger,
    private readonly target: WebhookTarget,
  ) {
    ledger.onCommit(() => {
      this.pump();
    });
  }

  /** Goes on with what an earlier run left behind, soon rather than after the pause it had come to. */
  resume(): void {
    const soonMs = this.nowMs() + this.target.retryMs;
    this.ledger.commit(
      ...this.ledger
        .list('deliveries')
        .filter(({ nextAttemptAtMs }) => nextAttemptAtMs > soonMs)
        .map((delivery) => this.ledger.put('deliveries', delivery.eventId, { ...delivery, nextAttemptAtMs: soonMs })),
    );
    this.pump();
  }

  /** Holds events back, as when a webhook never comes; they are sent once this is lifted. */
  setPaused(paused: boolean): void {
    this.paused = paused;
    this.pump();
  }

  /** Events still to be delivered. */
  view(): { readonly paused: boolean; readonly pending: readonly Delivery[] } {
    return { paused: this.paused, pending: this.ledger.list('deliveries') };
  }

  /** Starts every delivery that is due, as far as there is room. */
  pump(): void {
    if (this.paused || this.target.url === null || this.stopping.signal.aborted) return;
    const nowMs = this.nowMs();
    for (const delivery of this.ledger.list('deliveries')) {
      if (this.inFlight.size >= MAX_CONCURRENT) return;
      if (delivery.nextAttemptAtMs > nowMs || this.inFlight.has(delivery.eventId)) continue;
      this.inFlight.add(delivery.eventId);
      this.track(this.deliver(delivery));
    }
  }

  /** Sends an event `times` times at once, whatever became of it before. @returns what each attempt met. */
  async redeliver(event: StripeEvent, times: number): Promise<readonly AttemptResult[]> {
    return await Promise.all(Array.from({ length: times }, async () => await this.attempt(event)));
  }

  /** Breaks off what is under way; it counts as not delivered. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.allSettled(this.attempts);
  }

  private track(attempt: Promise<void>): void {
    this.attempts.add(attempt);
    void attempt.finally(() => {
      this.attempts.delete(attempt);
    });
  }

  private async deliver(delivery: Delivery): Promise<void> {
    const event = this.ledger.get('events', delivery.eventId);
    const result = event === undefined ? null : await this.attempt(event);
    if (this.stopping.signal.aborted) return;
    this.inFlight.delete(delivery.eventId);
    this.record(delivery, event, result);
  }

  private record(delivery: Delivery, event: StripeEvent | undefined, result: AttemptResult | null): void {
    const arrived = result !== null && 'status' in result && result.status >= 200 && result.status < 300;
    const { ledger } = this;
    if (event === undefined || arrived || this.nowMs() >= delivery.giveUpAtMs) {
      ledger.commit(
        ledger.put('deliveries', delivery.eventId, null),
        ...(event === undefined ? [] : [ledger.put('events', event.id, { ...event, pending_webhooks: 0 })]),
      );
      return;
    }
    const attempts = delivery.attempts + 1;
    const pauseMs = Math.min(this.target.retryMs * 2 ** Math.min(attempts - 1, 20), MAX_PAUSE_MS);
    ledger.commit(
      ledger.put('deliveries', delivery.eventId, { ...delivery, attempts, nextAttemptAtMs: this.nowMs() + pauseMs }),
    );
  }

  private async attempt(event: StripeEvent): Promise<AttemptResult> {
    if (this.target.url === null) return { failure: 'there is no webhook' };
    const body = JSON.stringify(event, null, 2);
    try {
      const response = await fetch(this.target.url, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
          'stripe-signature': this.signature(body),
        },
        body,
        signal: AbortSignal.any([this.stopping.signal, AbortSignal.timeout(ATTEMPT_TIMEOUT_MS)]),
      });
      await response.body?.cancel();
      return { status: response.status };
    } catch (error) {
      // Nobody listening there is what retrying is for; the caller records it.
      return { failure: error instanceof Error ? error.message : String(error) };
    }
  }

  private signature(body: string): string {
    const seconds = this.ledger.seconds();
    const digest = createHmac('sha256', this.target.secret).update(`${seconds}.${body}`).digest('hex');
    return `t=${seconds},v1=${digest}`;
  }

  private nowMs(): number {
    return this.ledger.clock.now().getTime();
  }
}
