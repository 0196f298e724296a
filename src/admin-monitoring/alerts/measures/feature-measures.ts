import { Injectable } from '@nestjs/common';
import { DeadMails } from '../../../email/index.js';
import { ReconciledPayments } from '../../../payments/index.js';
import { FailedJobs } from '../../../rendering/index.js';
import { ReplicationReport } from '../../../storage/index.js';
import type { AlertRule } from '../entities/alert-rule.entity.js';
import {
  type AlertMeasure,
  type AlertWindow,
  type Explanation,
  explanationOf,
  type Finding,
  totalOf,
} from './alert-measure.js';

/** Renders that failed for good. */
@Injectable()
export class FailedJobMeasure implements AlertMeasure {
  constructor(private readonly jobs: FailedJobs) {}

  async find(_rule: AlertRule, { from, to }: AlertWindow): Promise<readonly Finding[]> {
    return totalOf(await this.jobs.between(from, to));
  }

  async explain(_rule: AlertRule, { from, to }: AlertWindow): Promise<Explanation> {
    return explanationOf(await this.jobs.between(from, to));
  }
}

/** Mails that were given up. */
@Injectable()
export class DeadMailMeasure implements AlertMeasure {
  constructor(private readonly mails: DeadMails) {}

  async find(_rule: AlertRule, { from, to }: AlertWindow): Promise<readonly Finding[]> {
    return totalOf(await this.mails.between(from, to));
  }

  async explain(_rule: AlertRule, { from, to }: AlertWindow): Promise<Explanation> {
    return explanationOf(await this.mails.between(from, to));
  }
}

/** Payments that were settled without their webhook. */
@Injectable()
export class ReconciledPaymentMeasure implements AlertMeasure {
  constructor(private readonly payments: ReconciledPayments) {}

  async find(_rule: AlertRule, { from, to }: AlertWindow): Promise<readonly Finding[]> {
    const { count } = await this.payments.between(from, to);
    return count === 0 ? [] : [{ subject: '', value: count }];
  }

  async explain(_rule: AlertRule, { from, to }: AlertWindow): Promise<Explanation> {
    const { count, firstAt, lastAt } = await this.payments.between(from, to);
    return { firstAt, lastAt, causes: [{ label: 'found paid by the reconciliation', count }] };
  }
}

/** How long the oldest object has waited for its replication, in seconds. */
@Injectable()
export class ReplicationMeasure implements AlertMeasure {
  constructor(private readonly replication: ReplicationReport) {}

  async find(_rule: AlertRule, { to }: AlertWindow): Promise<readonly Finding[]> {
    const { oldestSince } = await this.replication.status();
    return oldestSince === null ? [] : [{ subject: '', value: (to.getTime() - oldestSince.getTime()) / 1_000 }];
  }

  async explain(): Promise<Explanation> {
    const { waiting, oldestSince, lastErrorCode } = await this.replication.status();
    const label = lastErrorCode === null ? 'waiting objects' : `waiting objects, mostly for ${lastErrorCode}`;
    return { firstAt: oldestSince, lastAt: null, causes: [{ label, count: waiting }] };
  }
}

/** The measures of what features know. */
@Injectable()
export class FeatureMeasures {
  constructor(
    readonly jobs: FailedJobMeasure,
    readonly mails: DeadMailMeasure,
    readonly payments: ReconciledPaymentMeasure,
    readonly replication: ReplicationMeasure,
  ) {}
}
