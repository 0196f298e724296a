import { randomUUID } from 'node:crypto';
import { AlertFiring } from '../../../src/admin-monitoring/alerts/entities/alert-firing.entity.js';
import { BUILT_IN_NAMES } from '../../../src/admin-monitoring/alerts/rules/built-in-rules.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { type Answer, OperatorApp, type Wire } from '../monitoring/operator-app.js';

interface Rule {
  readonly id: string;
  readonly name: string;
  readonly built_in: string | null;
  readonly enabled: boolean;
  readonly firing_since: string | null;
}

interface Entry {
  readonly action: string;
  readonly target: string;
  readonly details: Readonly<Record<string, unknown>>;
}

const LOG = { error_threshold: 5, time_window: 60, notification_method: 'log' };
const SECRET = 'a-webhook-secret-of-32-characters';

/** Real: the product without a socket, on PostgreSQL. */
describe('The routes of alerts', () => {
  let database: TestDatabase;
  let app: OperatorApp;
  let token: string;

  beforeAll(async () => {
    database = await createTestDatabase({ entities: [AlertFiring] });
    app = await OperatorApp.start(database.url);
    token = await app.adminToken();
  });

  afterAll(async () => {
    await app.close();
    await database.close();
  });

  beforeEach(async () => {
    await database.dataSource.query('TRUNCATE alert_firings, alert_notifications, audit_entries');
    await database.dataSource.query('DELETE FROM alert_rules WHERE built_in IS NULL');
  });

  async function ask<Data>(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    json?: unknown,
  ): Promise<Answer<Wire<Data>>> {
    return await app.monitoring<Data>(method, `alerts${path}`, token, json);
  }

  async function configured(rule: object): Promise<Rule> {
    const { status, body } = await ask<Rule>('POST', '/configure', rule);
    expect([status, body.error]).toEqual([200, undefined]);
    return body.data;
  }

  async function audited(): Promise<readonly Entry[]> {
    return (await app.monitoring<{ entries: Entry[] }>('GET', 'audit', token)).body.data.entries;
  }

  it('store a rule and show it, without the secret of its webhook', async () => {
    const said = {
      name: 'Stripe is slow',
      kind: 'rate',
      error_threshold: 2.5,
      time_window: 600,
      cooldown: 0,
      enabled: false,
      notification_method: 'webhook',
      webhook_url: 'https://hooks.example.com/T0/B0/key-in-the-path',
      webhook_secret: SECRET,
      filters: { code: 'STRIPE_TIMEOUT', service: 'stripe', level: 'error', group_id: randomUUID() },
    };
    const rule = await configured(said);
    const { webhook_secret: _secret, ...shown } = said;
    expect(rule).toMatchObject({
      ...shown,
      built_in: null,
      email_addresses: null,
      firing_since: null,
      condition: expect.stringContaining('more than 2.5 % of the requests within 10 min, code STRIPE_TIMEOUT'),
    });
    const { body } = await ask('GET', `/${rule.id}`);
    expect(body.data).toEqual(rule);
    expect(JSON.stringify([rule, body])).not.toContain(SECRET);
    const [entry] = await audited();
    expect(entry).toMatchObject({
      action: 'alert_rule.configure',
      target: rule.id,
      details: { name: 'Stripe is slow', webhook_url: 'https://hooks.example.com' },
    });
    expect(JSON.stringify(entry)).not.toMatch(new RegExp(`${SECRET}|key-in-the-path`));
  });

  it('make one rule of the same configuration twice, also at once', async () => {
    const rules = await Promise.all([1, 2, 3].map(async () => await ask<Rule>('POST', '/configure', LOG)));
    expect(rules.map(({ status }) => status)).toEqual([200, 200, 200]);
    const first = await configured(LOG);
    const second = await configured({ ...LOG, cooldown: 7 });
    expect(second).toMatchObject({ id: first.id, name: 'At least 5 errors within 1 min', cooldown: 7 });
    const { body } = await ask<{ rules: Rule[]; pagination: object }>('GET', '?per_page=100');
    expect(body.data.rules.map(({ built_in: name }) => name)).toEqual([...BUILT_IN_NAMES.toSorted(), null]);
    expect(body.data.pagination).toEqual({ page: 1, per_page: 100, total: BUILT_IN_NAMES.length + 1, pages: 1 });
    expect((await ask<{ rules: Rule[] }>('GET', '?per_page=3&page=3')).body.data.rules).toMatchObject([
      {},
      { id: first.id },
    ]);
  });

  it('change what is named and nothing else', async () => {
    const { id } = await configured({ ...LOG, name: 'Mine', filters: { code: 'GCS_TIMEOUT' } });
    const { status, body } = await ask<Rule>('PATCH', `/${id}`, {
      error_threshold: 9,
      notification_method: 'email',
      email_addresses: ['ops@example.com'],
    });
    expect([status, body.data]).toMatchObject([
      200,
      {
        name: 'Mine',
        error_threshold: 9,
        time_window: 60,
        email_addresses: ['ops@example.com'],
        filters: { code: 'GCS_TIMEOUT', service: null, level: null, group_id: null },
      },
    ]);
    const toAdmins = await ask<Rule>('PATCH', `/${id}`, { email_addresses: null, filters: {} });
    expect(toAdmins.body.data).toMatchObject({ email_addresses: null, filters: { code: null } });
    expect((await audited()).map(({ action, target }) => [action, target])).toEqual([
      ['alert_rule.change', id],
      ['alert_rule.change', id],
      ['alert_rule.configure', id],
    ]);
  });

  it.each([
    ['no condition', {}, ['error_threshold', 'time_window', 'notification_method']],
    ['a text for a number', { ...LOG, error_threshold: '5' }, ['error_threshold']],
    ['less than one error', { ...LOG, error_threshold: 0 }, ['error_threshold']],
    ['a share of everything', { ...LOG, kind: 'rate', error_threshold: 100 }, ['error_threshold']],
    ['a window of nothing', { ...LOG, time_window: 0 }, ['time_window']],
    ['a window of more than a day', { ...LOG, time_window: 86_401 }, ['time_window']],
    ['a kind that is built in', { ...LOG, kind: 'fact' }, ['kind']],
    ['a method that is still to come', { ...LOG, notification_method: 'slack' }, ['notification_method']],
    ['a method that there is not', { ...LOG, notification_method: 'pigeon' }, ['notification_method']],
    [
      'a webhook without its address',
      { ...LOG, notification_method: 'webhook', webhook_secret: SECRET },
      ['webhook_url'],
    ],
    [
      'a webhook into our own network',
      { ...LOG, notification_method: 'webhook', webhook_url: 'http://169.254.169.254/', webhook_secret: SECRET },
      ['webhook_url'],
    ],
    [
      'a webhook without a secret',
      { ...LOG, notification_method: 'webhook', webhook_url: 'https://hooks.example.com/' },
      ['webhook_secret'],
    ],
    ['a code that there is not', { ...LOG, filters: { code: 'NOTHING' } }, ['filters.code']],
    ['a filter that there is not', { ...LOG, filters: { color: 'red' } }, ['filters.color']],
    ['a filter of another type', { ...LOG, filters: 'stripe' }, ['filters']],
    ['no addresses at all', { ...LOG, notification_method: 'email', email_addresses: [] }, ['email_addresses']],
    ['a broken address', { ...LOG, notification_method: 'email', email_addresses: ['ops'] }, ['email_addresses']],
    ['a name with a NUL', { ...LOG, name: 'a\0b' }, ['name']],
    ['what is not known', { ...LOG, severity: 'high' }, ['severity']],
  ])('refuse %s', async (_, rule, fields) => {
    const { status, body } = await ask('POST', '/configure', rule);
    const named = (body.error.details['fields'] as readonly { field: string }[]).map(({ field }) => field);
    expect([status, body.error.code, named]).toEqual([422, 'VALIDATION_ERROR', fields]);
    expect(await audited()).toEqual([]);
  });

  it('delete a rule, but none that is built in', async () => {
    const { id } = await configured({ ...LOG, name: 'Mine' });
    expect((await ask('DELETE', `/${id}`)).status).toBe(204);
    expect((await audited())[0]).toMatchObject({ action: 'alert_rule.delete', target: id, details: { name: 'Mine' } });
    for (const [method, path] of [
      ['GET', `/${id}`],
      ['PATCH', `/${id}`],
      ['DELETE', `/${id}`],
      ['POST', `/${id}/test`],
      ['GET', '/nonsense'],
    ] as const) {
      const { status, body } = await ask(method, path, method === 'PATCH' ? {} : undefined);
      expect([method, path, status, body.error.code]).toEqual([method, path, 404, 'ALERT_NOT_FOUND']);
    }
    const { rules } = (await ask<{ rules: Rule[] }>('GET', '')).body.data;
    const { status, body } = await ask('DELETE', `/${rules[0]?.id}`);
    expect([status, body.error.code]).toEqual([409, 'ALERT_BUILT_IN']);
  });

  it('send a test and say how it went', async () => {
    const { id } = await configured({ ...LOG, enabled: false });
    const { status, body } = await ask('POST', `/${id}/test`);
    expect([status, body.data]).toEqual([
      200,
      { notification_id: expect.any(String), method: 'log', outcome: 'delivered', error: null },
    ]);
    const hook = await configured({
      ...LOG,
      name: 'Hook',
      notification_method: 'webhook',
      webhook_url: 'https://hooks.invalid/',
      webhook_secret: SECRET,
    });
    expect((await ask('POST', `/${hook.id}/test`)).body.data).toMatchObject({
      outcome: 'failed',
      error: { code: 'ALERT_WEBHOOK_FAILED', message: expect.any(String) },
    });
    expect((await audited())[0]).toMatchObject({ action: 'alert_rule.test', target: hook.id });
  });

  it('show what fired, by rule and state, page by page', async () => {
    const rule = await configured(LOG);
    const at = Date.now() - 3_600_000;
    const rows = [0, 1, 2].map((hour) => ({
      id: randomUUID(),
      ruleId: hour === 1 ? randomUUID() : rule.id,
      ruleName: rule.name,
      subject: hour === 0 ? '' : 'stripe',
      value: 7,
      threshold: 5,
      firedAt: new Date(at + hour * 1_000),
      notifiedAt: new Date(at + hour * 1_000),
      resolvedAt: hour === 0 ? new Date(at + 500) : null,
      endedBy: hour === 0 ? ('recovered' as const) : null,
    }));
    await database.dataSource.getRepository(AlertFiring).insert(rows);
    const ids = rows.map(({ id }) => id);
    const found = async (query: string): Promise<readonly string[]> =>
      (await ask<{ firings: { id: string }[] }>('GET', `/history${query}`)).body.data.firings.map(({ id }) => id);
    expect(await found('')).toEqual(ids.toReversed());
    expect(await found(`?rule_id=${rule.id}`)).toEqual([ids[2], ids[0]]);
    expect(await found('?state=resolved')).toEqual([ids[0]]);
    expect(await found(`?state=firing&rule_id=${rule.id}`)).toEqual([ids[2]]);
    expect(await found('?per_page=1&page=2')).toEqual([ids[1]]);
    const { body } = await ask<{ firings: unknown[] }>('GET', '/history?state=resolved');
    expect(body.data.firings[0]).toEqual({
      id: ids[0],
      rule_id: rule.id,
      rule_name: rule.name,
      subject: null,
      value: 7,
      threshold: 5,
      fired_at: new Date(at).toISOString(),
      notified_at: new Date(at).toISOString(),
      resolved_at: new Date(at + 500).toISOString(),
      ended_by: 'recovered',
      notifications: [],
    });
    const { data } = (await ask<Rule>('GET', `/${rule.id}`)).body;
    expect(data.firing_since).toBe(new Date(at + 2_000).toISOString());
    for (const query of ['?state=open', '?rule_id=x', '?per_page=101']) {
      expect([query, (await ask('GET', `/history${query}`)).status]).toEqual([query, 422]);
    }
  });

  it('are for administrators', async () => {
    const customer = await app.tokenOf(await app.register());
    for (const [method, path] of [
      ['POST', 'configure'],
      ['GET', ''],
      ['GET', 'history'],
      ['GET', randomUUID()],
      ['PATCH', randomUUID()],
      ['DELETE', randomUUID()],
      ['POST', `${randomUUID()}/test`],
    ] as const) {
      const url = `/admin/api/monitoring/alerts${path === '' ? '' : `/${path}`}`;
      const json = method === 'GET' || method === 'DELETE' ? undefined : LOG;
      expect([path, (await app.ask(method, url, { json })).status]).toEqual([path, 401]);
      expect([path, (await app.ask(method, url, { json, token: customer })).status]).toEqual([path, 403]);
    }
  });
});
