import type { ApiError } from '../../../platform/errors/index.js';
import type { AlertRule } from '../entities/alert-rule.entity.js';
import { checkRule } from './rule-check.js';
import { type RuleChanges, settingsAfter } from './rule-settings.js';

const LOG = { errorThreshold: 10, timeWindowSeconds: 300, notificationMethod: 'log' } as const;
const SECRET = 'x'.repeat(16);
const HOOK = {
  ...LOG,
  notificationMethod: 'webhook',
  webhookUrl: 'https://hooks.example.com/',
  webhookSecret: SECRET,
} as const;

const BUILT_IN = {
  id: 'b', builtIn: 'mail_dead', name: 'Mail dead', kind: 'fact', errorThreshold: 1, timeWindowSeconds: 300,
  cooldownSeconds: 300, enabled: true, notificationMethod: 'email', emailAddresses: null, webhookUrl: null,
  filterCode: null, filterService: null, filterLevel: null, filterGroupId: null, createdBy: null,
  createdAt: new Date(0), updatedAt: new Date(0),
} as const satisfies AlertRule; // prettier-ignore

/** Names of the fields that are refused. */
function refused(changes: RuleChanges, rule: AlertRule | null = null): readonly string[] {
  return problems(changes, rule).map(({ field }) => field);
}

function problems(changes: RuleChanges, rule: AlertRule | null = null) {
  try {
    checkRule(settingsAfter(rule, changes), { rule, changes, allowedHosts: [] });
    return [];
  } catch (error) {
    return (error as ApiError).details['fields'] as { field: string; message: string; constraint: string }[];
  }
}

describe('checkRule', () => {
  it.each<[string, RuleChanges]>([
    ['the least there is', { ...LOG, errorThreshold: 1, timeWindowSeconds: 1, cooldownSeconds: 0 }],
    [
      'the most there is',
      { ...LOG, errorThreshold: 1_000_000_000, timeWindowSeconds: 86_400, cooldownSeconds: 86_400 },
    ],
    ['a rate', { ...LOG, kind: 'rate', errorThreshold: 0.5 }],
    ['a rate of anything at all', { ...LOG, kind: 'rate', errorThreshold: 0 }],
    ['mail to the administrators', { ...LOG, notificationMethod: 'email' }],
    ['mail to somebody', { ...LOG, notificationMethod: 'email', emailAddresses: ['ops@example.com'] }],
    ['a webhook', HOOK],
    ['every filter', { ...LOG, filters: { code: 'STRIPE_TIMEOUT', service: 'stripe', level: 'error' } }],
  ])('takes %s', (_, changes) => {
    expect(problems(changes)).toEqual([]);
  });

  it.each<[string, RuleChanges, readonly string[]]>([
    ['a rule of nothing', {}, ['error_threshold', 'time_window']],
    ['no errors at all', { ...LOG, errorThreshold: 0 }, ['error_threshold']],
    ['half an error', { ...LOG, errorThreshold: 1.5 }, ['error_threshold']],
    ['a rate beyond everything', { ...LOG, kind: 'rate', errorThreshold: 100 }, ['error_threshold']],
    ['a negative rate', { ...LOG, kind: 'rate', errorThreshold: -1 }, ['error_threshold']],
    ['no window', { ...LOG, timeWindowSeconds: 0 }, ['time_window']],
    ['a window of more than a day', { ...LOG, timeWindowSeconds: 86_401 }, ['time_window']],
    ['half a second', { ...LOG, timeWindowSeconds: 0.5 }, ['time_window']],
    ['a negative cooldown', { ...LOG, cooldownSeconds: -1 }, ['cooldown']],
    ['an empty name', { ...LOG, name: '  ' }, ['name']],
    ['a kind of the product', { ...LOG, kind: 'fact' }, ['kind']],
    ['a method nobody knows', { ...LOG, notificationMethod: 'pigeon' }, ['notification_method']],
    ['an unknown code', { ...LOG, filters: { code: 'NO_SUCH_CODE' } }, ['filters.code']],
    ['an impossible service', { ...LOG, filters: { service: 'a b' } }, ['filters.service']],
    ['no group', { ...LOG, filters: { groupId: '17' } }, ['filters.group_id']],
    ['mail to nobody', { ...LOG, notificationMethod: 'email', emailAddresses: [] }, ['email_addresses']],
    ['mail to nowhere', { ...LOG, notificationMethod: 'email', emailAddresses: ['ops'] }, ['email_addresses']],
    ['a webhook without target', { ...LOG, notificationMethod: 'webhook' }, ['webhook_url', 'webhook_secret']],
    ['a webhook with a short secret', { ...HOOK, webhookSecret: 'x'.repeat(15) }, ['webhook_secret']],
    ['a webhook into our own network', { ...HOOK, webhookUrl: 'http://10.0.0.1/' }, ['webhook_url']],
  ])('refuses %s', (_, changes, fields) => {
    expect(refused(changes)).toEqual(fields);
  });

  it.each(['slack', 'pagerduty'])('says of %s that it is still to come', (method) => {
    expect(problems({ ...LOG, notificationMethod: method })).toEqual([
      {
        field: 'notification_method',
        message: `${method} is not available yet; use log, email, webhook`,
        constraint: 'notAvailable',
      },
    ]);
  });

  it('lets a built-in rule be adjusted and switched off, but not turned into another', () => {
    expect(
      refused({ enabled: false, errorThreshold: 3, cooldownSeconds: 0, notificationMethod: 'log' }, BUILT_IN),
    ).toEqual([]);
    expect(refused({ name: 'Mine', kind: 'count', filters: {} }, BUILT_IN)).toEqual(['name', 'kind', 'filters']);
  });

  it('wants a secret anew only where there is none yet', () => {
    const hook: AlertRule = { ...BUILT_IN, notificationMethod: 'webhook', webhookUrl: HOOK.webhookUrl };
    expect(refused({ errorThreshold: 2 }, hook)).toEqual([]);
    expect(refused({ notificationMethod: 'webhook', webhookUrl: HOOK.webhookUrl }, BUILT_IN)).toEqual([
      'webhook_secret',
    ]);
  });
});

describe('settingsAfter', () => {
  it('names a rule after its condition, and follows it, unless somebody gave it a name', () => {
    const settings = settingsAfter(null, { ...LOG, filters: { service: 'stripe' } });
    expect(settings).toMatchObject({ name: 'At least 10 errors within 5 min, service stripe', cooldownSeconds: 300 });
    const rule = { ...BUILT_IN, ...settings, builtIn: null, notificationMethod: 'log', emailAddresses: null } as const;
    expect(settingsAfter(rule, { errorThreshold: 1, timeWindowSeconds: 45 }).name).toBe(
      'At least 1 error within 45 s, service stripe',
    );
    expect(settingsAfter({ ...rule, name: 'Checkout' }, { errorThreshold: 20 }).name).toBe('Checkout');
  });

  it('forgets the target of a method that is no longer used', () => {
    const hook: AlertRule = { ...BUILT_IN, notificationMethod: 'webhook', webhookUrl: HOOK.webhookUrl };
    expect(settingsAfter(hook, { notificationMethod: 'email' })).toMatchObject({ webhookUrl: null });
    expect(settingsAfter(hook, { enabled: false })).toMatchObject({ webhookUrl: HOOK.webhookUrl });
  });
});
