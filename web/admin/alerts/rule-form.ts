import type {
  AlertNotificationMethod,
  AlertRuleView,
  ConfigurableAlertKind,
  ConfigureAlertDto,
  ErrorLevel,
} from '../../generated/api.ts';
import type { Option } from '../ui/select-field.tsx';

export const KINDS = [
  { value: 'count', label: 'errors in the window' },
  { value: 'rate', label: '% of the requests in the window' },
] as const satisfies readonly Option<ConfigurableAlertKind>[];

export const METHODS = [
  { value: 'log', label: 'the log' },
  { value: 'email', label: 'e-mail' },
  { value: 'webhook', label: 'a webhook' },
] as const satisfies readonly Option<AlertNotificationMethod>[];

export const LEVELS = ['info', 'warn', 'error', 'fatal'] as const satisfies readonly ErrorLevel[];

/** What stands in the form of a rule, by the names of its fields. */
export type RuleFields = Readonly<Record<string, string>>;

/** What the product is told about a rule. What a built-in rule is about is the product's own affair and is left out. */
export function ruleFrom(fields: RuleFields, builtIn: boolean): ConfigureAlertDto {
  const text = (name: string): string => (fields[name] ?? '').trim();
  const orNull = (name: string): string | null => (text(name) === '' ? null : text(name));
  const method = METHODS.find(({ value }) => value === text('notification_method'))?.value ?? 'log';
  return {
    error_threshold: Number(text('error_threshold')),
    time_window: Number(text('time_window')),
    cooldown: Number(text('cooldown')),
    notification_method: method,
    ...(method === 'email' ? { email_addresses: addressesIn(text('email_addresses')) } : {}),
    ...(method === 'webhook' ? webhookOf(text('webhook_url'), fields['webhook_secret'] ?? '') : {}),
    ...(builtIn
      ? {}
      : {
          ...(text('name') === '' ? {} : { name: text('name') }),
          kind: KINDS.find(({ value }) => value === text('kind'))?.value ?? 'count',
          filters: {
            code: orNull('code'),
            service: orNull('service'),
            level: LEVELS.find((level) => level === text('level')) ?? null,
            group_id: orNull('group_id'),
          },
        }),
  };
}

/** Nobody in particular is the administrators. */
function addressesIn(text: string): string[] | null {
  const addresses = text.split(/[\s,;]+/).filter((address) => address !== '');
  return addresses.length === 0 ? null : addresses;
}

/** A secret that is left empty stays what it is. */
function webhookOf(url: string, secret: string): Pick<ConfigureAlertDto, 'webhook_url' | 'webhook_secret'> {
  return { webhook_url: url, ...(secret === '' ? {} : { webhook_secret: secret }) };
}

/** What stands in the form before anybody changes it. */
export function fieldsOf(rule: AlertRuleView | null): RuleFields {
  if (rule === null) return { error_threshold: '10', time_window: '300', cooldown: '300' };
  const { filters } = rule;
  return {
    name: rule.name,
    error_threshold: String(rule.error_threshold),
    time_window: String(rule.time_window),
    cooldown: String(rule.cooldown),
    email_addresses: (rule.email_addresses ?? []).join(', '),
    webhook_url: rule.webhook_url ?? '',
    code: filters.code ?? '',
    service: filters.service ?? '',
    level: filters.level ?? '',
    group_id: filters.group_id ?? '',
  };
}
