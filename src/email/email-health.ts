import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { translateError } from '../platform/errors/index.js';
import { type CheckResult, HealthCheckRegistry } from '../platform/health/index.js';
import { InjectPolicy, type ServicePolicy } from '../platform/resilience/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { MAIL_SENDER, type MailSender } from './ports/mail-sender.port.js';

/** The health page is public: however often it is loaded, SendGrid is asked this seldom. */
const CACHE_MS = 10_000;
const CHECK_TIMEOUT_MS = 1_800;

/** Looks whether SendGrid answers and takes our credentials. */
@Injectable()
export class EmailHealth implements OnModuleInit {
  private last: { readonly atMs: number; readonly result: Promise<CheckResult> } | null = null;

  constructor(
    private readonly registry: HealthCheckRegistry,
    @Inject(MAIL_SENDER) private readonly sender: MailSender,
    @InjectPolicy('sendgrid') private readonly sendgrid: ServicePolicy,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.registry.register('email', () => this.check());
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
      await this.sendgrid.execute('health_check', ({ signal }) => this.sender.ping(signal), {
        maxRetries: 0,
        totalTimeoutMs: CHECK_TIMEOUT_MS,
      });
      return { status: 'up', details: { circuit: this.sendgrid.state } };
    } catch (error) {
      const { code } = translateError(error);
      return { status: 'degraded', reason: code, details: { circuit: this.sendgrid.state } };
    }
  }
}
