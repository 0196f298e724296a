import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';
import { EmailOutbox } from '../../../email/index.js';
import type { AlertNotification } from '../entities/alert-notification.entity.js';
import { AlertRule } from '../entities/alert-rule.entity.js';
import type { AlertEvent, AlertMessage } from './alert-message.js';

const SUBJECTS: Readonly<Record<AlertEvent, string>> = {
  firing: 'Alert',
  resolved: 'Resolved',
  test: 'Test of an alert',
};

/** Puts notifications into the outbox, which keeps them while the mail service is away. */
@Injectable()
export class AlertMails {
  constructor(
    private readonly outbox: EmailOutbox,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** One mail for each address; the same notification again makes none. */
  async enqueue(manager: EntityManager, { id, ruleId, message }: AlertNotification): Promise<void> {
    const rule = await manager.findOneBy(AlertRule, { id: ruleId });
    const addresses = rule?.emailAddresses ?? this.config.auth.adminEmails;
    for (const to of new Set(addresses.map((address) => address.toLowerCase()))) {
      await this.outbox.enqueue(manager, {
        template: 'alert',
        to,
        userId: null,
        dedupeKey: `alert:${id}:${to}`,
        data: {
          subject: `${SUBJECTS[message.event]}: ${titleOf(message)}`,
          heading: titleOf(message),
          text: message.text,
          facts: factsOf(message),
        },
      });
    }
  }
}

function titleOf({ rule, subject }: AlertMessage): string {
  return subject === null ? rule.name : `${rule.name} (${subject})`;
}

function factsOf(message: AlertMessage): readonly (readonly [label: string, value: string])[] {
  const times: readonly (readonly [string, string | null])[] = [
    ['Fires since', message.fired_at],
    ['Over since', message.resolved_at],
    ['First seen', message.first_at],
    ['Last seen', message.last_at],
  ];
  return [
    ['Rule', message.rule.condition],
    ...times.flatMap(([label, time]) => (time === null ? [] : [[label, time] as const])),
    ...message.causes.map(({ label, count }) => [label, String(count)] as const),
  ];
}
