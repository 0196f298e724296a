import { AlertHistory } from '../../../src/admin-monitoring/alerts/alert-history.js';
import { eventually } from '../../support/eventually.js';
import { ALONE, AlertsApp } from './alerts-app.js';

/** Three processes on one database, which all evaluate at the same moment. */
describe('The evaluation of alert rules', () => {
  let alerts: AlertsApp;

  beforeAll(async () => {
    alerts = await AlertsApp.start({ processes: 3 });
  });

  beforeEach(async () => {
    await alerts.quiet();
    alerts.clock.advance(10 * 60_000);
  });

  afterAll(async () => {
    await alerts.close();
  });

  it('fires once at the threshold, not one below, and tells once', async () => {
    const rule = await alerts.rule({ errorThreshold: 10 });
    const group = await alerts.group();
    await alerts.errors(group, 9, alerts.moment(-5));
    await alerts.evaluate();
    expect(await alerts.firings(rule)).toEqual([]);
    await alerts.errors(group, 1, alerts.moment(-4));
    await alerts.evaluateAfter(10);
    expect(await alerts.firings(rule)).toMatchObject([{ value: 10, threshold: 10, subject: '', resolvedAt: null }]);
    await alerts.errors(group, 100, alerts.moment(-3));
    await alerts.evaluateAfter(10);
    expect(await alerts.firings(rule)).toHaveLength(1);
    expect(await alerts.told(rule)).toEqual(['firing']);
  });

  it('counts a window that is closed at its beginning and open at its end', async () => {
    const group = await alerts.group();
    const rules = await Promise.all([1, 2, 3].map((n) => alerts.rule({ errorThreshold: n, timeWindowSeconds: 60 })));
    await alerts.errors(group, 1, alerts.moment(-61));
    await alerts.errors(group, 1, alerts.moment(-60));
    await alerts.errors(group, 1, alerts.moment(-1));
    await alerts.errors(group, 1, alerts.moment(0));
    await alerts.evaluate();
    const fired = await Promise.all(rules.map(async (rule) => (await alerts.firings(rule)).map(({ value }) => value)));
    expect(fired).toEqual([[2], [2], []]);
  });

  it('ends by itself when the window is empty again, and says so once', async () => {
    const rule = await alerts.rule({ errorThreshold: 1, timeWindowSeconds: 60 });
    await alerts.errors(await alerts.group(), 1, alerts.moment(-1));
    await alerts.evaluate();
    await alerts.evaluateAfter(59);
    expect(await alerts.told(rule)).toEqual(['firing']);
    await alerts.evaluateAfter(1);
    await alerts.evaluateAfter(10);
    expect(await alerts.told(rule)).toEqual(['firing', 'resolved']);
    const [firing] = await alerts.firings(rule);
    expect(firing).toMatchObject({ endedBy: 'recovered' });
    expect((firing?.resolvedAt?.getTime() ?? 0) - (firing?.firedAt.getTime() ?? 0)).toBe(60_000);
  });

  it('tells of no second firing within the cooldown, and of one that outlasts it', async () => {
    const rule = await alerts.rule({ errorThreshold: 1, timeWindowSeconds: 10, cooldownSeconds: 60 });
    const group = await alerts.group();
    await alerts.errors(group, 1, alerts.moment(-1));
    await alerts.evaluate();
    await alerts.evaluateAfter(20);
    expect(await alerts.told(rule)).toEqual(['firing', 'resolved']);
    // Comes and goes within the cooldown: in the history, but told to nobody.
    await alerts.errors(group, 1, alerts.moment(9));
    await alerts.evaluateAfter(10);
    await alerts.evaluateAfter(10);
    expect(await alerts.firings(rule)).toMatchObject([{}, { notifiedAt: null, endedBy: 'recovered' }]);
    expect(await alerts.told(rule)).toEqual(['firing', 'resolved']);
    // Begins within the cooldown and lasts: told when it is over, 60 s after the first.
    await alerts.errors(group, 1, alerts.moment(15));
    await alerts.evaluateAfter(19);
    expect(await alerts.told(rule)).toEqual(['firing', 'resolved']);
    await alerts.evaluateAfter(1);
    expect(await alerts.told(rule)).toEqual(['firing', 'resolved', 'firing']);
  });

  it('leaves ignored groups out', async () => {
    const rule = await alerts.rule({ errorThreshold: 2 });
    await alerts.errors(await alerts.group({ state: 'ignored' }), 100, alerts.moment(-1));
    await alerts.errors(await alerts.group(), 1, alerts.moment(-1));
    await alerts.evaluate();
    expect(await alerts.firings(rule)).toEqual([]);
  });

  it('counts what the filters let through', async () => {
    const stripe = await alerts.group();
    const gcs = await alerts.group({ service: 'gcs', code: 'GCS_TIMEOUT', level: 'fatal' });
    await alerts.errors(stripe, 3, alerts.moment(-1));
    await alerts.errors(gcs, 5, alerts.moment(-1));
    const filters = [
      { code: 'STRIPE_TIMEOUT' },
      { service: 'gcs' },
      { level: 'fatal' },
      { groupId: stripe.id },
      {},
    ] as const;
    const rules = await Promise.all(filters.map((filter) => alerts.rule({ errorThreshold: 1, filters: filter })));
    await alerts.evaluate();
    const values = await Promise.all(rules.map(async (rule) => (await alerts.firings(rule))[0]?.value));
    expect(values).toEqual([3, 5, 5, 3, 8]);
  });

  it('never counts what its own notifications fail with, unless it is asked to', async () => {
    const own = await alerts.group({ code: 'ALERT_WEBHOOK_FAILED', service: null });
    await alerts.errors(own, 50, alerts.moment(-1));
    const [any, named] = [
      await alerts.rule({ errorThreshold: 1 }),
      await alerts.rule({ errorThreshold: 1, filters: { code: 'ALERT_WEBHOOK_FAILED' } }),
    ];
    await alerts.evaluate();
    expect(await alerts.firings(any)).toEqual([]);
    expect(await alerts.firings(named)).toMatchObject([{ value: 50 }]);
  });

  it('misses no error where the window is shorter than the pace', async () => {
    const rule = await alerts.rule({ errorThreshold: 3, timeWindowSeconds: 1 });
    await alerts.evaluate();
    await alerts.errors(await alerts.group(), 3, alerts.moment(4));
    await alerts.evaluateAfter(10);
    expect(await alerts.firings(rule)).toHaveLength(1);
  });

  it('says what there was: number, condition, groups, first and last', async () => {
    const rule = await alerts.rule({ errorThreshold: 4, filters: { service: 'stripe' } });
    const [often, seldom] = [await alerts.group(), await alerts.group({ title: 'password=hunter2 of a@example.com' })];
    await alerts.errors(often, 3, alerts.moment(-50));
    await alerts.errors(seldom, 1, alerts.moment(-5));
    const [first, last] = [alerts.moment(-50).toISOString(), alerts.moment(-5).toISOString()];
    await alerts.evaluate();
    const message = (await alerts.notifications(rule))[0]?.message;
    expect(message).toMatchObject({
      event: 'firing',
      text: expect.stringContaining('4 errors; the rule is at least 4 errors within 1 min, service stripe'),
      value: 4,
      first_at: first,
      last_at: last,
      causes: [
        { label: 'STRIPE_TIMEOUT: Stripe did not answer in time', count: 3, group_id: often.id },
        { count: 1, group_id: seldom.id },
      ],
    });
    expect(JSON.stringify(message)).not.toMatch(/hunter2|a@example\.com|https?:/);
  });

  it('stops at once when a rule is switched off or deleted, and tells nobody', async () => {
    const [off, deleted] = [await alerts.rule({ errorThreshold: 1 }), await alerts.rule({ errorThreshold: 2 })];
    await alerts.errors(await alerts.group(), 5, alerts.moment(-1));
    await alerts.evaluate();
    await alerts.rules.patch(off.id, { enabled: false }, ALONE);
    await alerts.rules.delete(deleted.id, ALONE);
    await alerts.evaluateAfter(10);
    expect(await alerts.firings(off)).toMatchObject([{ endedBy: 'rule_disabled' }]);
    expect(await alerts.firings(deleted)).toMatchObject([{ endedBy: 'rule_deleted', ruleName: deleted.name }]);
    expect([...(await alerts.told(off)), ...(await alerts.told(deleted))]).toEqual(['firing', 'firing']);
  });

  it('is one process’s work, until that one goes', async () => {
    const rule = await alerts.rule({ errorThreshold: 1 });
    await alerts.errors(await alerts.group(), 1, alerts.moment(-1));
    await alerts.schedule(0).tick();
    const holders = async (): Promise<readonly { readonly pid: number }[]> =>
      await alerts.dataSource.query(
        `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'oriel alerts%' AND datname = current_database()`,
      );
    const [holder] = await holders();
    expect(await holders()).toHaveLength(1);
    for (const index of [1, 2]) await alerts.schedule(index).tick();
    expect(await holders()).toEqual([holder]);
    expect(await alerts.firings(rule)).toHaveLength(1);
    // The holder dies; the first that comes takes over.
    await alerts.dataSource.query('SELECT pg_terminate_backend($1)', [holder?.pid]);
    await eventually('the lock is free', async () => (await holders()).length === 0);
    alerts.clock.advance(120_000);
    await alerts.schedule(1).tick();
    expect(await holders()).toHaveLength(1);
    expect(await alerts.told(rule)).toEqual(['firing', 'resolved']);
    await alerts.schedule(0).tick();
    expect(await holders()).toHaveLength(1);
  });

  it('has a history by pages, newest first', async () => {
    const rules = await Promise.all([1, 2, 3].map((n) => alerts.rule({ errorThreshold: n })));
    await alerts.errors(await alerts.group(), 3, alerts.moment(-1));
    await alerts.evaluate();
    const history = alerts.process(2).get(AlertHistory);
    const first = await history.page({ page: 1, perPage: 2 });
    const second = await history.page({ page: 2, perPage: 2 });
    expect([first.entries.length, second.entries.length, first.total]).toEqual([2, 1, 3]);
    const ids = [...first.entries, ...second.entries].map(({ firing }) => firing.ruleId);
    expect(ids.toSorted()).toEqual(rules.map(({ id }) => id).toSorted());
    expect(first.entries[0]?.notifications).toMatchObject([{ message: { event: 'firing' } }]);
    await alerts.rules.patch(ids[0] ?? '', { enabled: false }, ALONE);
    expect((await history.page({ page: 1, perPage: 9, ruleId: ids[0] })).total).toBe(1);
    expect((await history.page({ page: 1, perPage: 9, ruleId: ids[0], state: 'firing' })).total).toBe(0);
    expect((await history.page({ page: 1, perPage: 9, state: 'firing' })).total).toBe(2);
    expect([...(await history.firingSince(ids)).keys()].toSorted()).toEqual(ids.slice(1).toSorted());
  });
});
