import { redact } from '../../../platform/logging/index.js';
import type { AlertKind, AlertRule } from '../entities/alert-rule.entity.js';
import type { Explanation } from '../measures/alert-measure.js';
import { inWords, valueInWords } from '../rules/rule-in-words.js';

export type AlertEvent = 'firing' | 'resolved' | 'test';

/** What a notification says, in the shape of the wire: webhooks post it, the history shows it. Holds facts and no links. */
export interface AlertMessage {
  readonly event: AlertEvent;
  /** One sentence with the most important of it. */
  readonly text: string;
  readonly rule: {
    readonly id: string;
    readonly name: string;
    readonly kind: AlertKind;
    readonly built_in: string | null;
    readonly error_threshold: number;
    readonly time_window: number;
    /** The rule as a phrase. */
    readonly condition: string;
  };
  /** What of the rule it is about; null where it has one subject only. */
  readonly subject: string | null;
  /** In the unit of the rule's kind; null for a test. */
  readonly value: number | null;
  readonly firing_id: string | null;
  readonly fired_at: string | null;
  readonly resolved_at: string | null;
  /** First and last of what was counted. */
  readonly first_at: string | null;
  readonly last_at: string | null;
  readonly causes: readonly { readonly label: string; readonly count: number; readonly group_id: string | null }[];
}

/** What a message is about, beside the rule. */
export interface MessageFacts {
  readonly event: AlertEvent;
  readonly subject: string;
  readonly value: number | null;
  readonly firingId: string | null;
  readonly firedAt: Date | null;
  readonly resolvedAt: Date | null;
  readonly explanation: Explanation | null;
}

/** Puts a message together. What leaves here has passed the redactor. */
export function alertMessage(rule: AlertRule, facts: MessageFacts): AlertMessage {
  const { event, value, explanation } = facts;
  const message: AlertMessage = {
    event,
    text: sentence(rule, facts),
    rule: {
      id: rule.id,
      name: rule.name,
      kind: rule.kind,
      built_in: rule.builtIn,
      error_threshold: rule.errorThreshold,
      time_window: rule.timeWindowSeconds,
      condition: inWords(rule),
    },
    subject: facts.subject === '' ? null : facts.subject,
    value,
    firing_id: facts.firingId,
    fired_at: facts.firedAt?.toISOString() ?? null,
    resolved_at: facts.resolvedAt?.toISOString() ?? null,
    first_at: explanation?.firstAt?.toISOString() ?? null,
    last_at: explanation?.lastAt?.toISOString() ?? null,
    causes: (explanation?.causes ?? []).map(({ label, count, groupId = null }) => ({
      label,
      count,
      group_id: groupId,
    })),
  };
  return redact(message) as AlertMessage;
}

function sentence(rule: AlertRule, { event, subject, value }: MessageFacts): string {
  const name = subject === '' ? `“${rule.name}”` : `“${rule.name}” (${subject})`;
  switch (event) {
    case 'firing':
      return `${name} fires: ${value === null ? '' : `${valueInWords(rule, value)}; `}the rule is ${inWords(rule)}.`;
    case 'resolved':
      return `${name} is over: ${value === null ? '' : `${valueInWords(rule, value)} now; `}the rule is ${inWords(rule)}.`;
    case 'test':
      return `This is a test of ${name}; nothing has happened. The rule is ${inWords(rule)}.`;
  }
}
