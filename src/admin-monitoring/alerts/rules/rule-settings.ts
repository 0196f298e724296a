import type { ErrorLevel } from '../../../platform/errors/index.js';
import type { AlertKind, AlertRule } from '../entities/alert-rule.entity.js';
import { inWords, type RuleCondition } from './rule-in-words.js';

const DEFAULT_COOLDOWN_SECONDS = 300;

/** Which errors a rule is about; null for all. */
export interface RuleFilters {
  readonly code?: string | null | undefined;
  readonly service?: string | null | undefined;
  readonly level?: ErrorLevel | null | undefined;
  readonly groupId?: string | null | undefined;
}

/** What an administrator says about a rule. What is left out stays as it is, or gets its default. */
export interface RuleChanges {
  /** Default: the condition in words, and it then follows the condition. */
  readonly name?: string | undefined;
  /** Default `count`. */
  readonly kind?: AlertKind | undefined;
  /** Errors for `count`, percent for `rate`. */
  readonly errorThreshold?: number | undefined;
  readonly timeWindowSeconds?: number | undefined;
  /** Default five minutes. */
  readonly cooldownSeconds?: number | undefined;
  /** Default true. */
  readonly enabled?: boolean | undefined;
  /** A free text, since methods that are still to come are refused by their names. */
  readonly notificationMethod?: string | undefined;
  /** Null for the administrators. */
  readonly emailAddresses?: readonly string[] | null | undefined;
  readonly webhookUrl?: string | null | undefined;
  /** Plain text; it is sealed before it is stored and never shown again. */
  readonly webhookSecret?: string | undefined;
  /** Replaces all filters. */
  readonly filters?: RuleFilters | undefined;
}

/** A rule needs at least these. */
export type NewRule = RuleChanges &
  Required<Pick<RuleChanges, 'errorThreshold' | 'timeWindowSeconds' | 'notificationMethod'>>;

/** A rule as it would be, before anybody has checked it. */
export interface RuleSettings extends Omit<RuleCondition, 'builtIn'> {
  readonly name: string;
  readonly cooldownSeconds: number;
  readonly enabled: boolean;
  readonly notificationMethod: string;
  readonly emailAddresses: readonly string[] | null;
  readonly webhookUrl: string | null;
}

/** The settings of a rule after the changes; those of targets that its method does not use are forgotten. */
export function settingsAfter(rule: AlertRule | null, changes: RuleChanges): RuleSettings {
  const method = changes.notificationMethod ?? rule?.notificationMethod ?? 'log';
  const condition = conditionAfter(rule, changes);
  const wasNamed = rule !== null && (rule.builtIn !== null || rule.name !== defaultName(rule));
  return {
    ...condition,
    name: changes.name?.trim() ?? (wasNamed ? rule.name : defaultName({ ...condition, builtIn: null })),
    cooldownSeconds: changes.cooldownSeconds ?? rule?.cooldownSeconds ?? DEFAULT_COOLDOWN_SECONDS,
    enabled: changes.enabled ?? rule?.enabled ?? true,
    notificationMethod: method,
    emailAddresses: method === 'email' ? kept(changes.emailAddresses, rule?.emailAddresses) : null,
    webhookUrl: method === 'webhook' ? kept(changes.webhookUrl, rule?.webhookUrl) : null,
  };
}

function conditionAfter(rule: AlertRule | null, changes: RuleChanges): Omit<RuleCondition, 'builtIn'> {
  const { filters } = changes;
  return {
    kind: changes.kind ?? rule?.kind ?? 'count',
    // Not a number: whoever makes a rule has to say it.
    errorThreshold: changes.errorThreshold ?? rule?.errorThreshold ?? Number.NaN,
    timeWindowSeconds: changes.timeWindowSeconds ?? rule?.timeWindowSeconds ?? Number.NaN,
    filterCode: filters === undefined ? (rule?.filterCode ?? null) : (filters.code ?? null),
    filterService: filters === undefined ? (rule?.filterService ?? null) : (filters.service ?? null),
    filterLevel: filters === undefined ? (rule?.filterLevel ?? null) : (filters.level ?? null),
    filterGroupId: filters === undefined ? (rule?.filterGroupId ?? null) : (filters.groupId ?? null),
  };
}

function kept<T>(change: T | null | undefined, present: T | null | undefined): T | null {
  return change === undefined ? (present ?? null) : change;
}

function defaultName(condition: RuleCondition): string {
  const words = inWords(condition);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
