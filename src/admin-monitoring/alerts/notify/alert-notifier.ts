import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Database } from '../../../platform/database/index.js';
import { translateError } from '../../../platform/errors/index.js';
import { JobWorkers } from '../../../platform/jobs/index.js';
import { CLOCK, type Clock } from '../../../platform/time/index.js';
import { AlertNotification } from '../entities/alert-notification.entity.js';
import { AlertWebhooks } from '../webhook/alert-webhooks.js';
import { AlertMails } from './alert-mails.js';
import { ALERT_NOTIFY_QUEUE } from './alert-notify.queue.js';

/** Notifications that one process delivers at once: a receiver that hangs keeps a place for five seconds. */
const CONCURRENCY = 2;

/** Delivers notifications by the method of their rule; whatever that is, each also has its line in the log. */
@Injectable()
export class AlertNotifier implements OnModuleInit {
  private readonly logger = new Logger('Alerts');

  constructor(
    private readonly database: Database,
    private readonly workers: JobWorkers,
    private readonly mails: AlertMails,
    private readonly webhooks: AlertWebhooks,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.workers.register(
      ALERT_NOTIFY_QUEUE,
      {
        concurrency: CONCURRENCY,
        onDead: async ({ payload, errorCode }) => await this.giveUp(payload.notificationId, errorCode),
      },
      async ({ payload, signal }) => {
        const { notificationId: id } = payload;
        const notification = await this.database.read((manager) => manager.findOneBy(AlertNotification, { id }));
        // Delivered already where an earlier try could not say so; gone where it was too old to keep.
        if (notification?.status === 'pending') await this.deliver(notification, signal);
      },
    );
  }

  /**
   * One try. Written down either way, before it rejects.
   * @throws ApiError `ALERT_WEBHOOK_*`, `ALERT_NOT_FOUND`; `DATABASE_*`
   */
  async deliver(notification: AlertNotification, signal: AbortSignal): Promise<void> {
    if (notification.attempts === 0) this.writeLine(notification);
    try {
      await this.send(notification, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      const { code } = translateError(error);
      const attempts = notification.attempts + 1;
      await this.database.manager.update(AlertNotification, notification.id, { attempts, lastErrorCode: code });
      throw error;
    }
  }

  /** What could not be delivered says so from now on. */
  async giveUp(id: string, errorCode: string | null): Promise<void> {
    const settledAt = this.clock.now();
    const changes = {
      status: 'failed' as const,
      settledAt,
      ...(errorCode === null ? {} : { lastErrorCode: errorCode }),
    };
    await this.database.manager.update(AlertNotification, { id, status: 'pending' }, changes);
    this.logger.error({ msg: 'A notification was given up', notification_id: id, error_code: errorCode });
  }

  private async send(notification: AlertNotification, signal: AbortSignal): Promise<void> {
    const { id, method, attempts } = notification;
    const delivered = () => ({
      status: 'delivered' as const,
      attempts: attempts + 1,
      lastErrorCode: null,
      settledAt: this.clock.now(),
    });
    switch (method) {
      case 'log':
        await this.database.manager.update(AlertNotification, id, delivered());
        return;
      case 'email':
        await this.database.transaction(async (manager) => {
          await this.mails.enqueue(manager, notification);
          await manager.update(AlertNotification, id, delivered());
        });
        return;
      case 'webhook':
        await this.webhooks.post(notification, signal);
        await this.database.manager.update(AlertNotification, id, delivered());
    }
  }

  private writeLine({ id, message }: AlertNotification): void {
    const { rule, event, causes, ...facts } = message;
    this.logger.warn({
      msg: message.text,
      alert: event,
      rule_id: rule.id,
      rule: rule.name,
      condition: rule.condition,
      ...facts,
      causes: causes.map(({ label, count }) => `${label}: ${count}`),
      notification_id: id,
    });
  }
}
