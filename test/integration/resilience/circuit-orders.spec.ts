import { Logger } from '@nestjs/common';
import { ManualClock } from '../../../src/platform/time/manual-clock.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { DatabaseProxy } from '../../support/database-proxy.js';
import { eventually } from '../../support/eventually.js';
import { type OrdersApp, type OrdersAppOptions, startOrdersApp } from './orders-app.js';

const ISOLATE = { service: 'stripe', action: 'isolate', actor: 'ada@example.com', reason: 'double charges' } as const;
const DISABLE = { ...ISOLATE, action: 'disable' } as const;
const RESET = { service: 'stripe', action: 'reset', actor: 'ada@example.com' } as const;

describe('Orders of operators on PostgreSQL', () => {
  let database: TestDatabase;
  let running: OrdersApp[];
  let warnings: unknown[];

  beforeEach(async () => {
    database = await createTestDatabase();
    running = [];
    warnings = [];
  });

  afterEach(async () => {
    for (const app of running) await app.close();
    await database.close();
    Logger.overrideLogger(['error', 'warn', 'log']);
  });

  async function instance(
    instanceId: string,
    { url = database.url, ...options }: Partial<OrdersAppOptions> & { readonly url?: string } = {},
  ): Promise<OrdersApp> {
    const app = await startOrdersApp(url, {
      instanceId,
      onWarning: (line) => void warnings.push(line),
      ...options,
    });
    running.push(app);
    return app;
  }

  async function stop(app: OrdersApp): Promise<void> {
    running.splice(running.indexOf(app), 1);
    await app.close();
  }

  async function everywhere(state: string): Promise<void> {
    await eventually(`all instances are ${state}`, () => running.every((app) => app.state() === state));
  }

  async function listenerPid({ listenerName }: OrdersApp): Promise<number | null> {
    const rows: { pid: number }[] = await database.dataSource.query(
      `SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()`,
      [listenerName],
    );
    return rows[0]?.pid ?? null;
  }

  /** How many lines say that something is away. */
  const outages = (): number =>
    warnings.filter((line) => /cannot be looked for|is away/.test((line as { readonly msg: string }).msg)).length;

  /** An order whose notification is lost. */
  async function writeUnannounced(service: string, action: string): Promise<void> {
    await database.dataSource.query(
      `INSERT INTO circuit_orders (service, action, actor, created_at) VALUES ($1, $2, 'bob@example.com', now())`,
      [service, action],
    );
  }

  it('reach every instance, stand until they are reset, and stay in the history', async () => {
    const [one, two, three] = [await instance('one'), await instance('two'), await instance('three')];
    const [order] = await one.orders.give(ISOLATE);
    expect(one.state()).toBe('isolated');
    await everywhere('isolated');
    expect(three.orders.current()).toEqual([order]);
    await two.orders.give(RESET);
    await everywhere('closed');
    expect(three.orders.current()).toEqual([]);
    expect(await three.orders.history({ limit: 10 })).toMatchObject([
      { sequence: 2, action: 'reset', reason: null, expiresAt: null },
      { sequence: 1, action: 'isolate', actor: 'ada@example.com', reason: 'double charges' },
    ]);
    expect(await three.orders.history({ limit: 1, before: 2, service: 'stripe' })).toMatchObject([{ sequence: 1 }]);
    expect(await three.orders.history({ limit: 10, service: 'gcs' })).toEqual([]);
  });

  it('reach an instance whose notification was lost', async () => {
    const app = await instance('one');
    await eventually('it listens', async () => (await listenerPid(app)) !== null);
    await writeUnannounced('stripe', 'isolate');
    await everywhere('isolated');
  });

  it('reach an instance that cannot listen at all, and say so once', async () => {
    await instance('deaf', { listenerUrl: 'postgres://nobody@127.0.0.1:9/nowhere' });
    const other = await instance('other');
    for (const [order, state] of [
      [ISOLATE, 'isolated'],
      [DISABLE, 'disabled'],
      [RESET, 'closed'],
    ] as const) {
      await other.orders.give(order);
      await everywhere(state);
    }
    expect(outages()).toBe(1);
  });

  it('reach an instance whose listening connection was cut, which then listens again', async () => {
    const [one, two] = [await instance('one'), await instance('two')];
    await eventually('it listens', async () => (await listenerPid(two)) !== null);
    const before = await listenerPid(two);
    await database.dataSource.query('SELECT pg_terminate_backend($1)', [before]);
    await one.orders.give(ISOLATE);
    await everywhere('isolated');
    await eventually('it listens again', async () => ![before, null].includes(await listenerPid(two)));
    await one.orders.give(RESET);
    await everywhere('closed');
  });

  it('survive a restart, and are in force before anybody can call anything', async () => {
    const first = await instance('first');
    await first.orders.give({ ...ISOLATE, expiresAt: new Date(first.clock.now().getTime() + 3_600_000) });
    await stop(first);
    const second = await instance('second');
    expect(second.stateAtInit).toBe('isolated');
    expect(second.orders.current()).toMatchObject([{ sequence: 1, reason: 'double charges' }]);
    second.clock.advance(3_600_000);
    expect(second.state()).toBe('closed');
    await second.orders.give(ISOLATE);
    await second.orders.give(RESET);
    await stop(second);
    expect((await instance('third')).stateAtInit).toBe('closed');
  });

  it('have expired after a restart when their time is over by the clock of the database', async () => {
    const first = await instance('first');
    await first.orders.give({ ...ISOLATE, expiresAt: new Date(first.clock.now().getTime() + 50) });
    await stop(first);
    await eventually('it has expired', async () => {
      const rows = await database.dataSource.query<unknown[]>('SELECT 1 FROM circuit_orders WHERE expires_at < now()');
      return rows.length === 1;
    });
    expect((await instance('second')).stateAtInit).toBe('closed');
  });

  it('last as long everywhere, whatever the clocks of the instances say', async () => {
    const ahead = await instance('ahead', { clock: new ManualClock(new Date('2040-01-01')) });
    const behind = await instance('behind', { clock: new ManualClock(new Date('2020-01-01')) });
    const [order] = await ahead.orders.give({ ...ISOLATE, expiresAt: new Date('2040-01-01T01:00:00Z') });
    const lastsMs = (order?.expiresAt?.getTime() ?? 0) - (order?.createdAt.getTime() ?? 0);
    expect(lastsMs).toBe(3_600_000);
    await everywhere('isolated');
    for (const { clock } of running) clock.advance(3_590_000);
    expect(running.map((app) => app.state())).toEqual(['isolated', 'isolated']);
    for (const { clock } of running) clock.advance(10_000);
    expect(running.map((app) => app.state())).toEqual(['closed', 'closed']);
    await behind.orders.give(DISABLE);
    await everywhere('disabled');
  });

  it('of several operators at once end the same everywhere, for all services alike', async () => {
    const apps = [await instance('one'), await instance('two'), await instance('three')];
    await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        const action = (['isolate', 'disable', 'reset'] as const)[index % 3] ?? 'reset';
        await apps[index % 2]?.orders.give({ service: 'all', action, actor: `operator-${index}` });
      }),
    );
    const [last] = await database.dataSource.query<{ action: string }[]>(
      'SELECT action FROM circuit_orders ORDER BY sequence DESC LIMIT 1',
    );
    const state = { isolate: 'isolated', disable: 'disabled', reset: 'closed' }[last?.action ?? ''];
    await eventually('all circuits obey the last order', () =>
      apps.every((app) => app.states().every((one) => one === state)),
    );
    // Orders for all services came one after the other, never mixed.
    const runs = await database.dataSource.query<{ actors: number }[]>(
      'SELECT count(DISTINCT actor)::int AS actors FROM circuit_orders GROUP BY (sequence - 1) / 4',
    );
    expect(runs).toEqual(Array.from({ length: 12 }, () => ({ actors: 1 })));
  });

  it('stay in force while the database is away, expire in time, and what came meanwhile is caught up with', async () => {
    const proxy = await DatabaseProxy.start(database.url);
    const cutOff = await instance('cut-off', { url: proxy.url });
    const other = await instance('other');
    await cutOff.orders.give({ ...ISOLATE, expiresAt: new Date(cutOff.clock.now().getTime() + 60_000) });
    await cutOff.orders.give({ ...ISOLATE, service: 'gcs' });
    await proxy.close();
    await eventually('the outage is noticed', () => outages() === 2);

    await other.orders.give({ ...RESET, service: 'gcs' });
    await expect(cutOff.orders.give(RESET)).rejects.toMatchObject({ code: 'DATABASE_CONNECTION_ERROR' });
    expect([cutOff.state('stripe'), cutOff.state('gcs')]).toEqual(['isolated', 'isolated']);
    cutOff.clock.advance(60_000);
    expect([cutOff.state('stripe'), cutOff.state('gcs')]).toEqual(['closed', 'isolated']);
    expect(cutOff.orders.current()).toMatchObject([{ service: 'gcs' }]);

    await proxy.open();
    await eventually('it has caught up', () => cutOff.state('gcs') === 'closed');
    // One line about looking for orders and one about listening, however often both were tried.
    expect(outages()).toBe(2);
    await stop(cutOff);
    await proxy.close();
  });

  it('reach an instance whose connections have all fallen silent, by the first new one', async () => {
    const proxy = await DatabaseProxy.start(database.url);
    const silenced = await instance('silenced', { url: proxy.url });
    const other = await instance('other');
    proxy.stall();
    proxy.forgetStalled();
    await other.orders.give(ISOLATE);
    await everywhere('isolated');
    proxy.cut();
    await stop(silenced);
    await proxy.close();
  });
});
