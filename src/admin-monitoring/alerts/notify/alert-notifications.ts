import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { JobQueue } from '../../../platform/jobs/index.js';
import { CLOCK, type Clock, newId } from '../../../platform/time/index.js';
import { AlertNotification } from '../entities/alert-notification.entity.js';
import type { AlertRule } from '../entities/alert-rule.entity.js';
import { alertMessage, type MessageFacts } from './alert-message.js';
import { ALERT_NOTIFY_QUEUE } from './alert-notify.queue.js';

/** Where notifications are put down. */
@Injectable()
export class AlertNotifications {
  constructor(
    private readonly jobs: JobQueue,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Writes a notification and the job that delivers it, in the transaction of the fact that it tells. */
  async enqueue(manager: EntityManager, rule: AlertRule, facts: MessageFacts): Promise<void> {
    const { id: notificationId } = await this.write(manager, rule, facts);
    await this.jobs.enqueue(ALERT_NOTIFY_QUEUE, { notificationId }, { manager });
  }

  /** Writes a notification that the caller delivers. */
  async write(manager: EntityManager, rule: AlertRule, facts: MessageFacts): Promise<AlertNotification> {
    return await manager.save(
      manager.create(AlertNotification, {
        id: newId(),
        ruleId: rule.id,
        firingId: facts.firingId,
        method: rule.notificationMethod,
        message: alertMessage(rule, facts),
        status: 'pending',
        attempts: 0,
        lastErrorCode: null,
        createdAt: this.clock.now(),
        settledAt: null,
      }),
    );
  }
}
