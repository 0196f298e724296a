import { CircuitOpenings } from '../../../src/admin-monitoring/alerts/measures/circuit-openings.js';
import { BUILT_IN_NAMES } from '../../../src/admin-monitoring/alerts/rules/built-in-rules.js';
import { BuiltInSeeds } from '../../../src/admin-monitoring/alerts/rules/built-in-seeds.js';
import { ErrorGroup } from '../../../src/admin-monitoring/entities/error-group.entity.js';
import { PolicyEvents } from '../../../src/platform/resilience/index.js';
import { ALONE, AlertsApp } from './alerts-app.js';
import { Facts } from './facts.js';

describe('The built-in alert rules', () => {
  let alerts: AlertsApp;
  let facts: Facts;

  beforeAll(async () => {
    alerts = await AlertsApp.start({ processes: 2 });
    facts = new Facts(alerts.dataSource);
  });

  beforeEach(async () => {
    await alerts.quiet();
    alerts.clock.advance(2 * 3_600_000);
    await alerts.evaluate();
  });

  afterAll(async () => {
    await alerts.close();
  });

  async function breakCircuit(process: number, service: 'stripe' | 'gcs', code: string): Promise<void> {
    const app = alerts.process(process);
    app.get(PolicyEvents).publish({ type: 'break', service, cause: 'failures', code, openForMs: 60_000 });
    await app.get(CircuitOpenings).write();
  }

  it('are there once, keep what an operator changed, and cannot be deleted', async () => {
    const rules = await alerts.allRules();
    expect(new Set(rules.map(({ builtIn }) => builtIn))).toEqual(new Set(BUILT_IN_NAMES));
    expect(rules).toHaveLength(BUILT_IN_NAMES.length);
    const rule = await alerts.builtIn('mail_dead', { cooldownSeconds: 7, enabled: false });
    await Promise.all(alerts.apps.map((app) => app.get(BuiltInSeeds).sow()));
    expect(await alerts.allRules()).toHaveLength(BUILT_IN_NAMES.length);
    expect(await alerts.rules.get(rule.id)).toMatchObject({ cooldownSeconds: 7, enabled: false, name: 'Mail dead' });
    await expect(alerts.rules.delete(rule.id, ALONE)).rejects.toMatchObject({ code: 'ALERT_BUILT_IN', status: 409 });
    for (const changes of [{ name: 'Mine' }, { kind: 'count' }, { filters: { service: 'gcs' } }] as const) {
      await expect(alerts.rules.patch(rule.id, changes, ALONE)).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
    }
  });

  it('tell of each service whose circuit opened, in whatever process, once while it goes on', async () => {
    const rule = await alerts.builtIn('circuit_opened');
    await breakCircuit(0, 'stripe', 'STRIPE_TIMEOUT');
    await alerts.evaluateAfter(10);
    await breakCircuit(1, 'stripe', 'STRIPE_TIMEOUT');
    await breakCircuit(1, 'gcs', 'GCS_CONNECTION_ERROR');
    await alerts.evaluateAfter(10);
    expect((await alerts.firings(rule)).map(({ subject }) => subject)).toEqual(['stripe', 'gcs']);
    expect((await alerts.notifications(rule))[1]?.message).toMatchObject({
      subject: 'gcs',
      causes: [{ label: 'GCS_CONNECTION_ERROR on alerts-2', count: 1 }],
    });
    await alerts.evaluateAfter(320);
    expect(await alerts.told(rule)).toEqual(['firing', 'firing', 'resolved', 'resolved']);
  });

  it('tell of a circuit that opened while the database was away', async () => {
    const rule = await alerts.builtIn('circuit_opened');
    await alerts.dataSource.query('ALTER TABLE alert_circuit_openings RENAME TO away');
    await breakCircuit(0, 'stripe', 'STRIPE_TIMEOUT');
    alerts.clock.advance(20 * 60_000);
    await alerts.dataSource.query('ALTER TABLE away RENAME TO alert_circuit_openings');
    await alerts.process(0).get(CircuitOpenings).write();
    await alerts.evaluateAfter(10);
    const [notification] = await alerts.notifications(rule);
    const occurredAt = new Date(alerts.clock.now().getTime() - 20 * 60_000 - 10_000).toISOString();
    expect(notification?.message).toMatchObject({ subject: 'stripe', first_at: occurredAt });
  });

  it('tell of jobs that failed for good', async () => {
    const rule = await alerts.builtIn('job_failed');
    await facts.failedJob('RENDERING_TIMEOUT', alerts.moment(-1));
    await facts.failedJob('RENDERING_TIMEOUT', alerts.moment(-2));
    await facts.failedJob('RENDERING_MEMORY_ERROR', alerts.moment(-3));
    await alerts.evaluateAfter(10);
    expect(await alerts.firings(rule)).toMatchObject([{ value: 3 }]);
    expect((await alerts.notifications(rule))[0]?.message).toMatchObject({
      text: expect.stringContaining('3 failed jobs'),
      causes: [
        { label: 'RENDERING_TIMEOUT', count: 2 },
        { label: 'RENDERING_MEMORY_ERROR', count: 1 },
      ],
    });
  });

  it('tell of what happened while nobody evaluated', async () => {
    const rule = await alerts.builtIn('job_failed');
    await facts.failedJob('RENDERING_TIMEOUT', alerts.moment(1));
    await alerts.evaluateAfter(3_600);
    expect(await alerts.firings(rule)).toMatchObject([{ value: 1 }]);
    await alerts.evaluateAfter(10);
    expect(await alerts.told(rule)).toEqual(['firing', 'resolved']);
  });

  it('tell of dead mails, but not of those that told of an alert', async () => {
    const rule = await alerts.builtIn('mail_dead');
    await facts.deadMail('alert', alerts.moment(-1));
    await alerts.evaluateAfter(10);
    expect(await alerts.firings(rule)).toEqual([]);
    await facts.deadMail('render_completed', alerts.moment(-1));
    await alerts.evaluateAfter(10);
    expect(await alerts.firings(rule)).toMatchObject([{ value: 1 }]);
  });

  it('tell of payments that were settled without their webhook', async () => {
    const rule = await alerts.builtIn('payment_reconciled');
    await facts.reconciledPayment(alerts.moment(-1));
    await alerts.evaluateAfter(10);
    expect((await alerts.notifications(rule))[0]?.message).toMatchObject({
      text: expect.stringContaining('1 payment without its webhook'),
    });
  });

  it('tell when an object has waited for its replication for more than an hour', async () => {
    const rule = await alerts.builtIn('replication_late');
    await facts.localObject(alerts.moment(-3_590));
    await alerts.evaluateAfter(10);
    expect(await alerts.firings(rule)).toEqual([]);
    await alerts.evaluateAfter(1);
    expect(await alerts.firings(rule)).toMatchObject([{ value: 3_601 }]);
    expect((await alerts.notifications(rule))[0]?.message.causes).toEqual([
      { label: 'waiting objects, mostly for GCS_TIMEOUT', count: 1, group_id: null },
    ]);
    await alerts.dataSource.query(`UPDATE stored_objects SET location = 'gcs', local_since = NULL`);
    await alerts.evaluateAfter(10);
    expect(await alerts.told(rule)).toEqual(['firing', 'resolved']);
  });

  it('tell when more than 5 % of the requests are answered with 5xx', async () => {
    const rule = await alerts.builtIn('server_error_rate');
    await facts.requests(100, 5, alerts.moment(-1));
    await alerts.evaluateAfter(10);
    expect(await alerts.firings(rule)).toEqual([]);
    await facts.requests(100, 6, alerts.moment(-1));
    await alerts.evaluateAfter(10);
    expect(await alerts.firings(rule)).toMatchObject([{ value: 5.5 }]);
    await alerts.evaluateAfter(300);
    expect(await alerts.told(rule)).toEqual(['firing', 'resolved']);
  });

  it('tell of each resolved error that came back, until somebody has looked at it', async () => {
    const rule = await alerts.builtIn('group_regressed');
    const regressed = await alerts.group({ state: 'regressed', regressedAt: alerts.moment(-1) });
    await alerts.group({ state: 'unresolved' });
    await alerts.evaluateAfter(10);
    await alerts.evaluateAfter(3_600);
    expect(await alerts.firings(rule)).toMatchObject([{ subject: regressed.id, resolvedAt: null }]);
    await alerts.dataSource.getRepository(ErrorGroup).update(regressed.id, { state: 'unresolved' });
    await alerts.evaluateAfter(10);
    expect(await alerts.told(rule)).toEqual(['firing', 'resolved']);
  });
});
