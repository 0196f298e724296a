import { jest } from '@jest/globals';
import { testConfig } from '../../../config/testing.js';
import { DatabaseError } from '../../errors/index.js';
import { ManualClock } from '../../time/manual-clock.js';
import { PolicyEvents, type PolicyEvent } from '../policy-events.js';
import { PolicyRegistry } from '../policy-registry.js';
import type { CircuitOrder, OrderRequest, ReadOrder } from './circuit-order.js';
import { CircuitOrders } from './circuit-orders.js';

/** What an order needs in a test: isolation of Stripe, unless it says otherwise. */
type Given = Partial<CircuitOrder> & { readonly lastsMs?: number };

/** The table, and the notifications of its changes, shared by the instances of a test. */
class FakeOrders {
  readonly rows: CircuitOrder[] = [];
  readonly hearers = new Set<() => void>();
  away = false;
  looks = 0;

  constructor(private readonly clock: ManualClock) {}

  /** Writes a row as another instance would, without a notification. */
  write({ lastsMs, ...order }: Given = {}): void {
    const now = this.clock.now();
    this.rows.push({
      sequence: this.rows.length + 1,
      service: 'stripe',
      action: 'isolate',
      actor: 'ada@example.com',
      reason: null,
      createdAt: now,
      expiresAt: lastsMs === undefined ? null : new Date(now.getTime() + lastsMs),
      ...order,
    });
  }

  notify(): void {
    for (const hear of this.hearers) hear();
  }

  readonly store = {
    add: async (request: OrderRequest, lastsMs: number | null, after: number) => {
      const before = this.rows.length;
      const { service, action, actor, reason = null } = request;
      const services = service === 'all' ? ['stripe', 'gcs', 'sendgrid', 'rendering'] : [service];
      this.answer([]);
      for (const one of services) this.write({ service: one, action, actor, reason, ...(lastsMs && { lastsMs }) });
      return await Promise.resolve({ given: this.since(before), since: this.since(after) });
    },
    latest: async () => {
      const newest = new Map(this.since(0).map((order) => [order.service, order]));
      return await Promise.resolve(this.answer([...newest.values()]));
    },
    since: async (sequence: number) => await Promise.resolve(this.answer(this.since(sequence))),
    history: async () => await Promise.resolve(this.answer(this.rows.toReversed())),
  };

  readonly listener = {
    listen: (_channel: string, hear: () => void) => {
      this.hearers.add(hear);
      return () => this.hearers.delete(hear);
    },
  };

  private since(sequence: number): readonly ReadOrder[] {
    const nowMs = this.clock.now().getTime();
    return this.rows
      .filter((order) => order.sequence > sequence)
      .map((order) => Object.assign({ remainingMs: order.expiresAt && order.expiresAt.getTime() - nowMs }, order));
  }

  private answer<T>(value: T): T {
    this.looks += 1;
    if (this.away) throw new DatabaseError('DATABASE_CONNECTION_ERROR');
    return value;
  }
}

interface Instance {
  readonly orders: CircuitOrders;
  readonly registry: PolicyRegistry;
  readonly clock: ManualClock;
  readonly published: readonly PolicyEvent[];
}

/** Real: orders, registry and policies. Fake: the table and its notifications, time. */
describe('CircuitOrders', () => {
  let table: FakeOrders;
  let databaseClock: ManualClock;
  let running: Instance[];
  const warnings = jest.fn();

  beforeEach(() => {
    jest.useFakeTimers();
    warnings.mockClear();
    databaseClock = new ManualClock();
    table = new FakeOrders(databaseClock);
    running = [];
  });

  afterEach(async () => {
    for (const { orders } of running) await orders.onApplicationShutdown();
    const leftOver = jest.getTimerCount();
    jest.useRealTimers();
    if (leftOver + table.hearers.size > 0) throw new Error('A timer or a listener is left over');
  });

  /** @param skewMs - how far its wall clock is ahead of the database's */
  async function instance(skewMs = 0): Promise<Instance> {
    const clock = new ManualClock(new Date(databaseClock.now().getTime() + skewMs));
    const events = new PolicyEvents(console);
    const published: PolicyEvent[] = [];
    events.subscribe((event) => published.push(event));
    const registry = new PolicyRegistry(testConfig(), clock, events);
    const { store, listener } = table;
    const orders = new CircuitOrders({ store, listener, registry, clock, logger: { warn: warnings } });
    const made = { orders, registry, clock, published };
    running.push(made);
    await orders.start();
    return made;
  }

  async function pass(ms: number): Promise<void> {
    databaseClock.advance(ms);
    for (const { clock } of running) clock.advance(ms);
    await jest.advanceTimersByTimeAsync(ms);
  }

  const isolation = (options: { expiresAt?: Date } = {}): OrderRequest => ({
    service: 'stripe',
    action: 'isolate',
    actor: 'ada@example.com',
    reason: 'double charges',
    ...options,
  });

  const stateOf = ({ registry }: Instance): string => registry.get('stripe').state;

  it('carries an order out here at once, and returns it', async () => {
    const here = await instance();
    const [order, ...others] = await here.orders.give(isolation());
    expect(stateOf(here)).toBe('isolated');
    expect(others).toEqual([]);
    expect(order).toEqual({
      sequence: 1,
      service: 'stripe',
      action: 'isolate',
      actor: 'ada@example.com',
      reason: 'double charges',
      createdAt: databaseClock.now(),
      expiresAt: null,
    });
    expect(here.orders.current()).toEqual([order]);
    expect(here.registry.get('stripe').snapshot().override).toMatchObject({ reason: 'double charges' });
  });

  it('gives an order for all services, and a reset that ends it for one', async () => {
    const here = await instance();
    expect(await here.orders.give({ service: 'all', action: 'disable', actor: 'ada@example.com' })).toHaveLength(4);
    expect(here.registry.all().map(({ state }) => state)).toEqual(['disabled', 'disabled', 'disabled', 'disabled']);
    await here.orders.give({ service: 'gcs', action: 'reset', actor: 'bob@example.com' });
    expect(here.orders.current().map(({ service }) => service)).toEqual(['stripe', 'sendgrid', 'rendering']);
    expect(await here.orders.history({ limit: 10 })).toHaveLength(5);
  });

  it('reaches others when they are notified, and within five seconds when they are not', async () => {
    const here = await instance();
    const there = await instance();
    await here.orders.give(isolation());
    expect(stateOf(there)).toBe('closed');
    table.notify();
    await jest.advanceTimersByTimeAsync(0);
    expect(stateOf(there)).toBe('isolated');
    await here.orders.give({ ...isolation(), action: 'reset' });
    await pass(5_000);
    expect(stateOf(there)).toBe('closed');
  });

  it('carries an order out once, however often it is read', async () => {
    const here = await instance();
    await here.orders.give(isolation());
    for (let time = 0; time < 5; time += 1) table.notify();
    await pass(10_000);
    expect(here.published.map(({ type }) => type)).toEqual(['override']);
  });

  it('carries out what others ordered before, when it orders something itself', async () => {
    const here = await instance();
    table.write({ service: 'gcs', action: 'disable' });
    await here.orders.give(isolation());
    expect(here.registry.get('gcs').state).toBe('disabled');
  });

  it('begins with the orders that stand, before it hears of anything', async () => {
    table.write({ service: 'stripe' });
    table.write({ service: 'gcs', lastsMs: 30_000 });
    table.write({ service: 'sendgrid', lastsMs: 5_000 });
    table.write({ service: 'rendering' });
    table.write({ service: 'rendering', action: 'reset' });
    databaseClock.advance(10_000);
    const { registry, published, orders } = await instance();
    expect(registry.all().map(({ state }) => state)).toEqual(['isolated', 'isolated', 'closed', 'closed']);
    // A reset of the time before is nothing to do for circuits that are new.
    expect(published.map(({ type, service }) => `${type} ${service}`)).toEqual(['override stripe', 'override gcs']);
    expect(orders.current().map(({ service }) => service)).toEqual(['stripe', 'gcs']);
    expect(warnings.mock.calls.map(([line]) => line)).toMatchObject([
      { service: 'stripe' },
      { service: 'gcs', action: 'isolate' },
    ]);
    await pass(20_000);
    expect(registry.get('gcs').state).toBe('closed');
  });

  it('does not start without knowing what stands', async () => {
    table.away = true;
    await expect(instance()).rejects.toMatchObject({ code: 'DATABASE_CONNECTION_ERROR' });
  });

  it.each([-3_600_000, 3_600_000])('ends an order everywhere at once though a clock is %d ms off', async (skewMs) => {
    const here = await instance(skewMs);
    const there = await instance();
    const expiresAt = new Date(here.clock.now().getTime() + 60_000);
    const [order] = await here.orders.give(isolation({ expiresAt }));
    expect(order?.expiresAt).toEqual(new Date(databaseClock.now().getTime() + 60_000));
    await pass(59_900);
    expect([stateOf(here), stateOf(there)]).toEqual(['isolated', 'isolated']);
    await pass(2_100);
    expect([stateOf(here), stateOf(there)]).toEqual(['closed', 'closed']);
    expect(here.orders.current()).toEqual([]);
  });

  it('takes a new order though the one who gave the last has a clock that is ahead', async () => {
    const ahead = await instance(3_600_000);
    const behind = await instance(-3_600_000);
    await ahead.orders.give(isolation());
    await behind.orders.give({ ...isolation(), action: 'disable' });
    await pass(5_000);
    expect([stateOf(ahead), stateOf(behind)]).toEqual(['disabled', 'disabled']);
  });

  it('refuses an order that would have expired already', async () => {
    const here = await instance();
    await expect(here.orders.give(isolation({ expiresAt: here.clock.now() }))).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
      details: { fields: [{ field: 'expires_at' }] },
    });
    expect(table.rows).toEqual([]);
  });

  it('converges on the last of two opposite orders', async () => {
    const [one, two, three] = [await instance(), await instance(), await instance()];
    await Promise.all([one.orders.give(isolation()), two.orders.give({ ...isolation(), action: 'disable' })]);
    await pass(5_000);
    expect([one, two, three].map(stateOf)).toEqual(['disabled', 'disabled', 'disabled']);
    expect([one, two, three].map(({ orders }) => orders.current().map(({ sequence }) => sequence))).toEqual([
      [2],
      [2],
      [2],
    ]);
  });

  it('closes the circuit with a reset that came between', async () => {
    const here = await instance();
    table.write({ action: 'isolate' });
    table.write({ action: 'reset' });
    table.write({ action: 'disable' });
    await pass(2_000);
    expect(stateOf(here)).toBe('disabled');
    expect(here.published.map(({ type }) => type)).toEqual(['override', 'override_ended', 'override']);
  });

  it('ends an older order with a newer one that has expired meanwhile', async () => {
    const here = await instance();
    table.write({ action: 'disable' });
    await pass(2_000);
    table.away = true;
    table.write({ action: 'isolate', lastsMs: 1_000 });
    await pass(2_000);
    table.away = false;
    await pass(2_000);
    expect(stateOf(here)).toBe('closed');
    expect(here.orders.current()).toEqual([]);
  });

  it('knows nothing of a service that only another version has', async () => {
    const here = await instance();
    table.write({ service: 'carrier_pigeon' });
    table.write({ service: 'stripe' });
    await pass(2_000);
    expect(here.orders.current().map(({ service }) => service)).toEqual(['stripe']);
  });

  describe('while the database is away', () => {
    it('keeps to what it knows, ends it in time, says so once, and catches up', async () => {
      const here = await instance();
      await here.orders.give(isolation({ expiresAt: new Date(here.clock.now().getTime() + 20_000) }));
      table.away = true;
      table.write({ service: 'gcs' });
      await pass(19_000);
      expect(here.orders.current()).toHaveLength(1);
      expect(stateOf(here)).toBe('isolated');
      await pass(3_000);
      expect(here.published.at(-1)).toMatchObject({ type: 'override_ended', by: 'expiry' });
      expect(warnings).toHaveBeenCalledTimes(1);
      table.away = false;
      await pass(2_000);
      expect(here.registry.get('gcs').state).toBe('isolated');
    });

    it('refuses a new order and does not carry it out', async () => {
      const here = await instance();
      table.away = true;
      await expect(here.orders.give(isolation())).rejects.toMatchObject({ code: 'DATABASE_CONNECTION_ERROR' });
      expect(stateOf(here)).toBe('closed');
    });
  });

  it('looks no more after its end', async () => {
    const here = await instance();
    await here.orders.onApplicationShutdown();
    const { looks } = table;
    await pass(60_000);
    expect(table.looks).toBe(looks);
  });
});
