import type { DoubledService } from '../support/sandbox-view.js';
import type { ProductUnderTest } from '../support/product.js';
import type { Dice } from './dice.js';
import { pause } from './pause.js';
import { Tally } from './tally.js';

const SERVICES = ['stripe', 'gcs', 'sendgrid'] as const;
const KINDS = [
  'refuse',
  'reset',
  'hang',
  'slow',
  'status',
  'rate_limit',
  'malformed',
  'truncate',
  'lost_answer',
  'auth',
] as const;

/** Faults come and go at each vendor, independently of the others; now and then Stripe's webhooks do not come. */
export class Weather {
  /** Faults by service and kind. */
  readonly faults = new Tally();

  constructor(
    private readonly product: ProductUnderTest,
    private readonly dice: Dice,
  ) {}

  /** Rages until `signal` aborts, then leaves a clear sky. */
  async rage(signal: AbortSignal): Promise<void> {
    await Promise.all([...SERVICES.map((service) => this.spoil(service, signal)), this.holdWebhooks(signal)]);
  }

  private async spoil(service: DoubledService, signal: AbortSignal): Promise<void> {
    const dice = this.dice.fork(service);
    while (await pause(dice.between(500, 8_000), signal)) {
      const kind = dice.pick(KINDS);
      const fault = {
        kind,
        rate: dice.pick([0.3, 0.6, 1]),
        ...(kind === 'slow' ? { latency_ms: Math.round(dice.between(200, 3_000)) } : {}),
        ...(kind === 'status' ? { status: dice.pick([408, 500, 502, 503, 504]) } : {}),
        ...(kind === 'rate_limit' ? { retry_after: dice.pick([1, 2, 5]) } : {}),
      };
      this.faults.add(`${service} ${kind}`);
      await this.product.injectFault(service, fault);
      await pause(dice.between(1_000, 8_000), signal);
      await this.product.clearFault(service);
    }
  }

  private async holdWebhooks(signal: AbortSignal): Promise<void> {
    const dice = this.dice.fork('webhooks');
    while (await pause(dice.between(5_000, 20_000), signal)) {
      this.faults.add('webhooks held');
      await this.product.sandbox.holdWebhooks(true);
      await pause(dice.between(3_000, 15_000), signal);
      await this.product.sandbox.holdWebhooks(false);
    }
  }
}
