import type { HistoryEntry } from '../alert-history.js';
import type { AlertNotification } from '../entities/alert-notification.entity.js';
import type { AlertRule } from '../entities/alert-rule.entity.js';
import type { AlertTestResult } from '../notify/alert-tests.js';
import { inWords } from '../rules/rule-in-words.js';
import type { AlertFiringView, AlertNotificationView, AlertRuleView, AlertTestView } from './alerts.response.js';

/** @param firingSince - of each rule that fires, by its id */
export function wireRule(rule: AlertRule, firingSince: ReadonlyMap<string, Date>): AlertRuleView {
  return {
    id: rule.id,
    built_in: rule.builtIn,
    name: rule.name,
    kind: rule.kind,
    condition: inWords(rule),
    error_threshold: rule.errorThreshold,
    time_window: rule.timeWindowSeconds,
    cooldown: rule.cooldownSeconds,
    enabled: rule.enabled,
    notification_method: rule.notificationMethod,
    email_addresses: rule.emailAddresses,
    webhook_url: rule.webhookUrl,
    filters: {
      code: rule.filterCode,
      service: rule.filterService,
      level: rule.filterLevel,
      group_id: rule.filterGroupId,
    },
    firing_since: firingSince.get(rule.id)?.toISOString() ?? null,
    created_at: rule.createdAt.toISOString(),
    updated_at: rule.updatedAt.toISOString(),
  };
}

export function wireFiring({ firing, notifications }: HistoryEntry): AlertFiringView {
  return {
    id: firing.id,
    rule_id: firing.ruleId,
    rule_name: firing.ruleName,
    subject: firing.subject === '' ? null : firing.subject,
    value: firing.value,
    threshold: firing.threshold,
    fired_at: firing.firedAt.toISOString(),
    notified_at: firing.notifiedAt?.toISOString() ?? null,
    resolved_at: firing.resolvedAt?.toISOString() ?? null,
    ended_by: firing.endedBy,
    notifications: notifications.map(wireNotification),
  };
}

export function wireTest({ notificationId, method, outcome, error }: AlertTestResult): AlertTestView {
  return { notification_id: notificationId, method, outcome, error };
}

function wireNotification(notification: AlertNotification): AlertNotificationView {
  return {
    id: notification.id,
    event: notification.message.event,
    method: notification.method,
    text: notification.message.text,
    status: notification.status,
    attempts: notification.attempts,
    last_error_code: notification.lastErrorCode,
    created_at: notification.createdAt.toISOString(),
    settled_at: notification.settledAt?.toISOString() ?? null,
  };
}
