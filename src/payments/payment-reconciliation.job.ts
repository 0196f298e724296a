import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { defineQueue, JobQueue, JobWorkers } from '../platform/jobs/index.js';
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

/** Reconciles every five minutes, and once at each start: a webhook may have come while nobody listened. */
@Injectable()
export class PaymentReconciliationJob implements OnModuleInit, OnApplicationBootstrap {
  private readonly logger = new Logger(PaymentReconciliationJob.name);

  constructor(
    private readonly reconciliation: PaymentReconciliation,
    private readonly jobs: JobQueue,
    private readonly workers: JobWorkers,
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
  }
}
