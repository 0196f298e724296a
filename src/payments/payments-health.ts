import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { translateError } from '../platform/errors/index.js';
import { type CheckResult, HealthCheckRegistry } from '../platform/health/index.js';
import { InjectPolicy, type ServicePolicy } from '../platform/resilience/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { PAYMENT_GATEWAY, type PaymentGateway } from './ports/payment-gateway.port.js';

/** The health page is public: however often it is loaded, Stripe is asked this seldom. */
const CACHE_MS = 10_000;
const CHECK_TIMEOUT_MS = 1_800;

/** Looks whether Stripe answers and takes our credentials. */
@Injectable()
export class PaymentsHealth implements OnModuleInit {
  private last: { readonly atMs: number; readonly result: Promise<CheckResult> } | null = null;

  constructor(
    private readonly registry: HealthCheckRegistry,
    @Inject(PAYMENT_GATEWAY) private readonly gateway: PaymentGateway,
    @InjectPolicy('stripe') private readonly stripe: ServicePolicy,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.registry.register('payments', () => this.check());
  }

  /** What the last look found, or a new one when that is older than ten seconds. Never rejects. */
  async check(): Promise<CheckResult> {
    const nowMs = this.clock.monotonicMs();
    if (this.last === null || nowMs - this.last.atMs >= CACHE_MS) {
      this.last = { atMs: nowMs, result: this.look() };
    }
    return await this.last.result;
  }

  private async look(): Promise<CheckResult> {
    try {
      await this.stripe.execute('health_check', ({ signal }) => this.gateway.ping(signal), {
        maxRetries: 0,
        totalTimeoutMs: CHECK_TIMEOUT_MS,
      });
      return { status: 'up', details: { circuit: this.stripe.state } };
    } catch (error) {
      const { code } = translateError(error);
      return { status: 'degraded', reason: code, details: { circuit: this.stripe.state } };
    }
  }
}
