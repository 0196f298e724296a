import { Logger } from '@nestjs/common';
import { testConfig } from '../../../src/config/testing.js';
import { NotificationListener } from '../../../src/platform/database/index.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { DatabaseProxy } from '../../support/database-proxy.js';
import { eventually } from '../../support/eventually.js';

describe('NotificationListener', () => {
  let database: TestDatabase;
  let proxy: DatabaseProxy;
  let listener: NotificationListener;

  beforeEach(async () => {
    Logger.overrideLogger(false);
    database = await createTestDatabase({ migrated: false });
    proxy = await DatabaseProxy.start(database.url);
    listener = new NotificationListener(proxy.url, testConfig());
  });

  afterEach(async () => {
    await listener.onApplicationShutdown();
    await proxy.close();
    await database.close();
    Logger.overrideLogger(['error', 'warn', 'log']);
  });

  /** Counts what is heard on a channel. */
  function ear(channel: string): { heard: number; readonly stop: () => void } {
    const counter = { heard: 0, stop: listener.listen(channel, () => void (counter.heard += 1)) };
    return counter;
  }

  const notify = async (channel: string): Promise<void> => {
    await database.dataSource.query('SELECT pg_notify($1, $2)', [channel, '']);
  };

  const answers = async (): Promise<boolean> => (await listener.query('SELECT 1', [])) !== null;

  it('tells each channel of its own, over one connection, also a channel that comes later', async () => {
    const first = ear('first');
    await eventually('it is connected', () => first.heard === 1);
    const second = ear('second "quoted"');
    await eventually('the second channel is open', async () => {
      await notify('second "quoted"');
      return second.heard > 0;
    });
    await notify('first');
    await eventually('the first hears', () => first.heard === 2);
    const [row] =
      (await listener.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM pg_stat_activity
         WHERE datname = current_database() AND application_name LIKE 'oriel notifications%'`,
        [],
      )) ?? [];
    expect(row?.count).toBe(1);
  });

  it('connects again after an outage, and tells everybody that something may have been missed', async () => {
    const one = ear('one');
    await eventually('it is connected', () => one.heard === 1);
    await proxy.close();
    await eventually('it does not answer', async () => !(await answers()));
    await notify('one');
    await proxy.open();
    await eventually('it is told', () => one.heard === 2);
    expect(await answers()).toBe(true);
  });

  it('gives up a connection that does not answer, and makes another', async () => {
    const one = ear('one');
    await eventually('it is connected', () => one.heard === 1);
    expect(await listener.query('SELECT pg_sleep(60)', [])).toBeNull();
    await eventually('it is connected again', () => one.heard === 2);
    expect(await answers()).toBe(true);
  });

  it('gives up a connection over which nothing comes any more', async () => {
    const one = ear('one');
    await eventually('it is connected', () => one.heard === 1);
    proxy.stall();
    expect(await answers()).toBe(false);
    proxy.forgetStalled();
    await eventually('it is connected again', () => one.heard === 2);
    expect(await answers()).toBe(true);
  });

  it('does not wait at its end for a server that says nothing', async () => {
    const one = ear('one');
    await eventually('it is connected', () => one.heard === 1);
    proxy.stall();
    await listener.onApplicationShutdown();
    expect(await answers()).toBe(false);
  });

  it('tells nobody who has ended the listening', async () => {
    const [one, other] = [ear('one'), ear('one')];
    await eventually('it is connected', () => one.heard === 1);
    one.stop();
    await notify('one');
    await eventually('the other hears', () => other.heard === 2);
    expect(one.heard).toBe(1);
  });

  it('ends also while the database is away', async () => {
    await proxy.close();
    ear('one');
    expect(await answers()).toBe(false);
    await listener.onApplicationShutdown();
  });
});
