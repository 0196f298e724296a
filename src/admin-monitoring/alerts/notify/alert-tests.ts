import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/index.js';
import { type ErrorCode, translateError } from '../../../platform/errors/index.js';
import type { NotificationMethod } from '../entities/alert-rule.entity.js';
import { AlertRules, type WithChange } from '../rules/alert-rules.js';
import { AlertNotifications } from './alert-notifications.js';
import { AlertNotifier } from './alert-notifier.js';

/** A webhook has its own limit of time, and everything else is a row. */
const NEVER = new AbortController().signal;

/** How a test went. `in_outbox`: the mail is on its way, and the list of mails shows how far it has come. */
export interface AlertTestResult {
  readonly notificationId: string;
  readonly method: NotificationMethod;
  readonly outcome: 'delivered' | 'in_outbox' | 'failed';
  /** Why it failed. */
  readonly error: { readonly code: ErrorCode; readonly message: string } | null;
}

/** Sends a message that says it is a test the way the rule would send a real one, also of a rule that is switched off. */
@Injectable()
export class AlertTests {
  constructor(
    private readonly database: Database,
    private readonly rules: AlertRules,
    private readonly notifications: AlertNotifications,
    private readonly notifier: AlertNotifier,
  ) {}

  /**
   * One try, at once and not through the queue: whoever pressed the button waits for the answer.
   * @param withTest - writes in the transaction that notes the test
   * @throws NotFoundError `ALERT_NOT_FOUND`; `DATABASE_*`
   */
  async send(ruleId: string, withTest: WithChange): Promise<AlertTestResult> {
    const rule = await this.rules.get(ruleId);
    const nothing = { value: null, firingId: null, firedAt: null, resolvedAt: null, explanation: null };
    const notification = await this.database.transaction(async (manager) => {
      await withTest(manager, ruleId);
      return await this.notifications.write(manager, rule, { ...nothing, event: 'test', subject: '' });
    });
    const { id: notificationId, method } = notification;
    try {
      await this.notifier.deliver(notification, NEVER);
      return { notificationId, method, outcome: method === 'email' ? 'in_outbox' : 'delivered', error: null };
    } catch (error) {
      const { code, message } = translateError(error);
      await this.notifier.giveUp(notificationId, code);
      return { notificationId, method, outcome: 'failed', error: { code, message } };
    }
  }
}
