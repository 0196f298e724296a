import { FleetInstance } from '../../../src/admin-monitoring/fleet/entities/fleet-instance.entity.js';
import { CircuitEvent } from '../../../src/admin-monitoring/fleet/entities/circuit-event.entity.js';
import { CircuitEventRetention } from '../../../src/admin-monitoring/fleet/circuit-event-retention.js';
import type { ServiceName } from '../../../src/config/index.js';
import { ExternalServiceError } from '../../../src/platform/errors/index.js';
import { PolicyRegistry, type ServicePolicy } from '../../../src/platform/resilience/index.js';
import { newId } from '../../../src/platform/time/index.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { DatabaseProxy } from '../../support/database-proxy.js';
import { eventually } from '../../support/eventually.js';
import { OperatorApp } from './operator-app.js';

interface Health {
  readonly state: string;
  readonly failure_count: number;
  readonly last_failure_time: string | null;
  readonly last_failure_code: string | null;
  readonly next_attempt_at: string | null;
  readonly healthy: boolean;
}

interface Services {
  readonly services: readonly (Health & {
    readonly service: string;
    readonly instances: readonly (Health & { readonly instance: string })[];
  })[];
  readonly instances: readonly { readonly instance: string; readonly role: string; readonly version: string }[];
  readonly summary: Readonly<Record<string, unknown>>;
}

interface Circuits {
  readonly circuit_breakers: readonly (Health & {
    readonly service: string;
    readonly settings: Readonly<Record<string, unknown>>;
    readonly order: { readonly action: string; readonly reason: string } | null;
  })[];
}

interface Events {
  readonly events: readonly {
    readonly instance: string;
    readonly type: string;
    readonly service: string;
    readonly cause: string | null;
    readonly code: string | null;
  }[];
  readonly pagination: { readonly total: number };
}

/** How long an order may take to reach every instance. */
const REACH_MS = 5_000;

describe('The fleet', () => {
  let database: TestDatabase;
  let apps: OperatorApp[];
  let token: string;

  beforeAll(async () => {
    database = await createTestDatabase({ entities: [FleetInstance, CircuitEvent] });
    apps = [];
    for (const id of ['pod-1', 'pod-2', 'pod-3']) apps.push(await OperatorApp.start(database.url, id));
    token = await app().adminToken();
  });

  afterAll(async () => {
    for (const instance of apps) await instance.close();
    await database.close();
  });

  // Not by an order, which might reach an instance in the middle of the next test.
  afterEach(() => {
    for (const instance of apps) policyOf(instance, 'stripe').reset();
  });

  function app(index = 0): OperatorApp {
    const found = apps[index];
    if (found === undefined) throw new Error(`There is no instance ${index}`);
    return found;
  }

  function policyOf(instance: OperatorApp, service: ServiceName): ServicePolicy {
    return instance.app.get(PolicyRegistry, { strict: false }).get(service);
  }

  async function breakCircuit(instance: OperatorApp, service: ServiceName): Promise<void> {
    for (let failure = 0; failure < 5; failure += 1) {
      const call = policyOf(instance, service).execute(
        'test',
        async () => await Promise.reject(new ExternalServiceError('STRIPE_CONNECTION_ERROR')),
        { maxRetries: 0 },
      );
      await expect(call).rejects.toThrow();
    }
    expect(policyOf(instance, service).state).toBe('open');
  }

  async function services(instance = app()): Promise<Services> {
    const { status, body } = await instance.monitoring<Services>('GET', 'health/services', token);
    expect(status).toBe(200);
    return body.data;
  }

  async function stripe(instance = app()): Promise<Services['services'][number]> {
    const found = (await services(instance)).services.find(({ service }) => service === 'stripe');
    if (found === undefined) throw new Error('Stripe is not shown');
    return found;
  }

  async function events(query: string): Promise<Events> {
    const { status, body } = await app().monitoring<Events>('GET', `circuit-breakers/events${query}`, token);
    expect(status).toBe(200);
    return body.data;
  }

  it('is shown whole by each of three instances', async () => {
    for (const instance of apps) {
      await eventually('all three are there', async () => (await services(instance)).instances.length === 3);
      const seen = await services(instance);
      expect(seen.instances).toEqual(
        ['pod-1', 'pod-2', 'pod-3'].map((name) =>
          expect.objectContaining({ instance: name, role: 'api', version: '0.0.0-test' }),
        ),
      );
      expect(seen.summary).toEqual({
        total_services: 4,
        healthy_services: 4,
        unhealthy_services: 0,
        overall_health: 'healthy',
      });
      expect(Object.keys(seen.services[0] ?? {}).sort()).toEqual([
        'failure_count',
        'healthy',
        'instances',
        'last_failure_code',
        'last_failure_time',
        'next_attempt_at',
        'service',
        'state',
      ]);
      expect(seen.services.map(({ service, instances }) => [service, instances.length])).toEqual([
        ['stripe', 3],
        ['gcs', 3],
        ['sendgrid', 3],
        ['rendering', 3],
      ]);
    }
  });

  it('shows a circuit that is open on one of them, with its event', async () => {
    await breakCircuit(app(1), 'stripe');
    await eventually('the others see it', async () => (await stripe(app(2))).state === 'open');
    const seen = await stripe();
    expect(seen).toMatchObject({ failure_count: 5, healthy: false, last_failure_code: 'STRIPE_CONNECTION_ERROR' });
    expect(Date.parse(seen.next_attempt_at ?? '')).toBeGreaterThan(Date.parse(seen.last_failure_time ?? ''));
    expect(seen.instances.map(({ instance, state }) => [instance, state])).toEqual([
      ['pod-1', 'closed'],
      ['pod-2', 'open'],
      ['pod-3', 'closed'],
    ]);
    expect((await services()).summary).toMatchObject({ unhealthy_services: 1, overall_health: 'degraded' });
    await eventually('its event is stored', async () => (await events('?type=opened')).pagination.total === 1);
    expect((await events('?type=opened')).events).toEqual([
      expect.objectContaining({
        instance: 'pod-2',
        service: 'stripe',
        cause: 'failures',
        code: 'STRIPE_CONNECTION_ERROR',
      }),
    ]);
  });

  it('closes a circuit everywhere within five seconds of a reset on one', async () => {
    await breakCircuit(app(1), 'stripe');
    await breakCircuit(app(2), 'stripe');
    const { status } = await app().monitoring('POST', 'circuit-breakers/reset/stripe', token, { reason: 'it is back' });
    expect(status).toBe(200);
    await eventually(
      'it is closed',
      () => apps.every((instance) => policyOf(instance, 'stripe').state === 'closed'),
      REACH_MS,
    );
    await eventually('it is seen to be closed', async () => (await stripe()).state === 'closed', REACH_MS);
  });

  it('obeys an order on every instance until it expires, and says so', async () => {
    const order = { reason: 'double charges', expires_in: 2 };
    expect((await app().monitoring('POST', 'circuit-breakers/stripe/force-open', token, order)).status).toBe(200);
    await eventually('it is held open', () =>
      apps.every((instance) => policyOf(instance, 'stripe').state === 'isolated'),
    );
    const { body } = await app(1).monitoring<Circuits>('GET', 'circuit-breakers', token);
    const shown = body.data.circuit_breakers.find(({ service }) => service === 'stripe');
    expect(shown).toMatchObject({
      settings: { failure_threshold: 5, recovery_timeout_ms: 60_000, bulkhead: 20, queue: 50, slow_call_ms: null },
      order: { action: 'isolate', reason: 'double charges' },
    });
    await eventually('it has expired', () => apps.every((instance) => policyOf(instance, 'stripe').state === 'closed'));
    await eventually(
      'its end is stored by all',
      async () =>
        (await events('?type=order_ended&service=stripe')).events.filter(({ cause }) => cause === 'expiry').length ===
        3,
    );
    expect((await events('?type=forced_open')).pagination.total).toBe(3);
    expect((await events('?type=forced_open&instance=pod-2')).pagination.total).toBe(1);
  });

  it('does not show instances that left or died', async () => {
    const register = database.dataSource.getRepository(FleetInstance);
    const dead = { instance: 'pod-9', role: 'worker', version: '1', circuits: [], startedAt: new Date(0) } as const;
    await register.insert({ ...dead, id: newId(), seenAt: new Date(Date.now() - 11_000) });
    await register.insert({ ...dead, id: newId(), instance: 'pod-8', seenAt: new Date(Date.now() - 61_000) });
    const leaving = await OperatorApp.start(database.url, 'pod-4');
    await eventually('the fourth is there', async () => (await services()).instances.length === 4);
    await leaving.close();
    expect((await services()).instances.map(({ instance }) => instance)).toEqual(['pod-1', 'pod-2', 'pod-3']);
    await eventually(
      'the row of who died long ago is removed',
      async () => !(await register.existsBy({ instance: 'pod-8' })),
    );
    expect(await register.existsBy({ instance: 'pod-9' })).toBe(true);
    await register.delete({ instance: 'pod-9' });
  });

  it('has one row of an instance that died and came back', async () => {
    const register = database.dataSource.getRepository(FleetInstance);
    const died = { id: newId(), instance: 'pod-5', role: 'api', version: '1', circuits: [] } as const;
    await register.insert({ ...died, startedAt: new Date(), seenAt: new Date() });
    const back = await OperatorApp.start(database.url, 'pod-5');
    await eventually('it has taken its place', async () => !(await register.existsBy({ id: died.id })));
    await eventually('it is there', async () => await register.existsBy({ instance: 'pod-5' }));
    await back.close();
  });

  it('keeps what happened while the database was away', async () => {
    const proxy = await DatabaseProxy.start(database.url);
    const cut = await OperatorApp.start(proxy.url, 'pod-6');
    try {
      await proxy.close();
      await breakCircuit(cut, 'gcs');
      await proxy.open();
      await eventually(
        'its event is stored',
        async () => (await events('?instance=pod-6&type=opened')).pagination.total === 1,
      );
    } finally {
      await cut.close();
      await proxy.close();
    }
  });

  it('forgets events after thirty days', async () => {
    const table = database.dataSource.getRepository(CircuitEvent);
    const event = { service: 'stripe', instance: 'pod-7', type: 'half_open' } as const;
    const day = 86_400_000;
    await table.insert({ ...event, id: newId(), occurredAt: new Date(Date.now() - 30 * day - 60_000) });
    await table.insert({ ...event, id: newId(), occurredAt: new Date(Date.now() - 30 * day + 60_000) });
    await app().app.get(CircuitEventRetention, { strict: false }).run();
    expect(await table.countBy({ instance: 'pod-7' })).toBe(1);
  });
});
