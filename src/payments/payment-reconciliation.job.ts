import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { translateError } from '../platform/errors/index.js';
import { defineQueue, JobQueue, JobWorkers } from '../platform/jobs/index.js';
import { Recoveries, type RecoverySign } from '../platform/resilience/index.js';
import { PaymentReconciliation } from './payment-reconciliation.js';

interface ReconciliationPayload {
  /** Absent in scheduled runs, which ask about what is due. */
  readonly scope?: 'all';
}

const RECONCILIATION_QUEUE = defineQueue<ReconciliationPayload>({
  name: 'payment-reconciliation',
  retryLimit: 0,
  expireSeconds: 900,
});

/**
 * Reconciles every five minutes, once at each start, as a webhook may have come while nobody listened, and when Stripe works
 * again, as webhooks may be late then and what was due could not be asked about.
 */
@Injectable()
export class PaymentReconciliationJob implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(PaymentReconciliationJob.name);
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly reconciliation: PaymentReconciliation,
    private readonly jobs: JobQueue,
    private readonly workers: JobWorkers,
    private readonly recoveries: Recoveries,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.workers.register(RECONCILIATION_QUEUE, { concurrency: 1 }, async ({ payload, signal }) => {
      const result = await this.reconciliation.run(payload.scope ?? 'due', signal);
      if (result.asked > 0) {
        this.logger.log({ msg: 'Payments were reconciled with Stripe', ...result });
      }
    });
    await this.jobs.schedule(RECONCILIATION_QUEUE, '*/5 * * * *');
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.jobs.enqueue(RECONCILIATION_QUEUE, { scope: 'all' }, { singletonKey: 'start' });
    this.unsubscribe = this.recoveries.of('stripe', (sign) => {
      void this.reconcileSoon(sign);
    });
  }

  onModuleDestroy(): void {
    this.unsubscribe?.();
  }

  /** Never rejects. */
  private async reconcileSoon(sign: RecoverySign): Promise<void> {
    const payload: ReconciliationPayload = sign === 'circuit' ? { scope: 'all' } : {};
    try {
      await this.jobs.enqueue(RECONCILIATION_QUEUE, payload, { singletonKey: `recovery-${sign}` });
    } catch (error) {
      // The next scheduled run asks all the same.
      this.logger.warn({ msg: 'Reconciliation could not be hastened', err: translateError(error) });
    }
  }
}
