import { isEmail, isUUID } from 'class-validator';
import { type ErrorLevel, type FieldProblem, isErrorCode, ValidationError } from '../../../platform/errors/index.js';
import type { AlertRule, NotificationMethod } from '../entities/alert-rule.entity.js';
import { problemOfWebhookUrl } from '../webhook/webhook-url.js';
import type { RuleChanges, RuleSettings } from './rule-settings.js';

export const METHODS = ['log', 'email', 'webhook'] as const satisfies readonly NotificationMethod[];
/** Promised for later: refused by name, so that nobody believes to be told. */
const COMING_METHODS: ReadonlySet<string> = new Set(['slack', 'pagerduty']);
export const LEVELS = ['info', 'warn', 'error', 'fatal'] as const satisfies readonly ErrorLevel[];

export const DAY_SECONDS = 86_400;
export const MAX_NAME = 255;
const MAX_COUNT = 1_000_000_000;
const MAX_ADDRESSES = 20;
export const SECRET_LENGTH = { min: 16, max: 256 } as const;

type Problems = FieldProblem[];

/** Settings that were found good. */
export type CheckedSettings = RuleSettings & { readonly notificationMethod: NotificationMethod };

/** What the check needs beside the settings. */
export interface CheckContext {
  /** The rule that is changed; null for a new one. */
  readonly rule: AlertRule | null;
  readonly changes: RuleChanges;
  readonly allowedHosts: readonly string[];
}

/** @throws ValidationError naming every field that is not valid, as on the wire */
export function checkRule(settings: RuleSettings, context: CheckContext): asserts settings is CheckedSettings {
  const fields: Problems = [
    ...problemsOfBuiltIn(context),
    ...problemsOfNumbers(settings),
    ...problemsOfFilters(settings),
    ...problemsOfTarget(settings, context),
  ];
  if (settings.name.length < 1 || settings.name.length > MAX_NAME) {
    fields.push({ field: 'name', message: `name must have 1 to ${MAX_NAME} characters`, constraint: 'isLength' });
  }
  if (fields.length > 0) throw new ValidationError({ fields });
}

/** What a built-in rule is about is the product's own affair; what an operator's rule may be about, as well. */
function problemsOfBuiltIn({ rule, changes }: CheckContext): Problems {
  const isBuiltIn = rule !== null && rule.builtIn !== null;
  if (!isBuiltIn) {
    const kind = changes.kind ?? 'count';
    const isOwn = kind === 'count' || kind === 'rate';
    return isOwn ? [] : [{ field: 'kind', message: 'kind must be count or rate', constraint: 'isIn' }];
  }
  return (['name', 'kind', 'filters'] as const)
    .filter((field) => changes[field] !== undefined)
    .map((field) => ({ field, message: `${field} of a built-in rule cannot be changed`, constraint: 'builtIn' }));
}

function problemsOfNumbers({ kind, errorThreshold, timeWindowSeconds, cooldownSeconds }: RuleSettings): Problems {
  const problems: Problems = [];
  if (kind === 'rate') {
    if (!(errorThreshold >= 0 && errorThreshold < 100)) {
      problems.push(range('error_threshold', 'a percentage from 0 to below 100'));
    }
  } else if (!isWhole(errorThreshold, 1, MAX_COUNT)) {
    problems.push(range('error_threshold', `a whole number from 1 to ${MAX_COUNT}`));
  }
  if (!isWhole(timeWindowSeconds, 1, DAY_SECONDS)) {
    problems.push(range('time_window', `a whole number of seconds from 1 to ${DAY_SECONDS}`));
  }
  if (!isWhole(cooldownSeconds, 0, DAY_SECONDS)) {
    problems.push(range('cooldown', `a whole number of seconds from 0 to ${DAY_SECONDS}`));
  }
  return problems;
}

function problemsOfFilters({ filterCode, filterService, filterLevel, filterGroupId }: RuleSettings): Problems {
  const problems: Problems = [];
  const add = (field: string, message: string): number => problems.push({ field, message, constraint: 'filter' });
  if (filterCode !== null && !isErrorCode(filterCode)) add('filters.code', 'code must be a code of the catalogue');
  if (filterService !== null && !/^[\w.-]{1,64}$/.test(filterService)) {
    add('filters.service', 'service must be the name of a service');
  }
  if (filterLevel !== null && !LEVELS.includes(filterLevel)) {
    add('filters.level', `level must be one of ${LEVELS.join(', ')}`);
  }
  if (filterGroupId !== null && !isUUID(filterGroupId)) add('filters.group_id', 'group_id must be the id of a group');
  return problems;
}

function problemsOfTarget(settings: RuleSettings, context: CheckContext): Problems {
  const { notificationMethod: method } = settings;
  if (COMING_METHODS.has(method)) {
    const message = `${method} is not available yet; use ${METHODS.join(', ')}`;
    return [{ field: 'notification_method', message, constraint: 'notAvailable' }];
  }
  if (!METHODS.some((known) => known === method)) {
    const message = `notification_method must be one of ${METHODS.join(', ')}`;
    return [{ field: 'notification_method', message, constraint: 'isIn' }];
  }
  if (method === 'email') return problemsOfAddresses(settings.emailAddresses);
  return method === 'webhook' ? problemsOfWebhook(settings.webhookUrl, context) : [];
}

function problemsOfAddresses(addresses: readonly string[] | null): Problems {
  if (addresses === null) return [];
  const valid = addresses.length >= 1 && addresses.length <= MAX_ADDRESSES && addresses.every((one) => isEmail(one));
  const message = `email_addresses must be 1 to ${MAX_ADDRESSES} e-mail addresses`;
  return valid ? [] : [{ field: 'email_addresses', message, constraint: 'isEmail' }];
}

function problemsOfWebhook(url: string | null, { rule, changes, allowedHosts }: CheckContext): Problems {
  const problems: Problems = [];
  const problem = url === null ? 'webhook_url is needed for webhooks' : problemOfWebhookUrl(url, allowedHosts);
  if (problem !== null) problems.push({ field: 'webhook_url', message: problem, constraint: 'webhookUrl' });
  const { webhookSecret: secret } = changes;
  const hasSecret = secret === undefined && rule?.notificationMethod === 'webhook';
  const fits = secret !== undefined && secret.length >= SECRET_LENGTH.min && secret.length <= SECRET_LENGTH.max;
  if (!hasSecret && !fits) {
    const message = `webhook_secret must have ${SECRET_LENGTH.min} to ${SECRET_LENGTH.max} characters`;
    problems.push({ field: 'webhook_secret', message, constraint: 'isLength' });
  }
  return problems;
}

function isWhole(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

function range(field: string, what: string): FieldProblem {
  return { field, message: `${field} must be ${what}`, constraint: 'range' };
}
