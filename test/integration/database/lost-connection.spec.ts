import { DataSource } from 'typeorm';
import { testConfig } from '../../../src/config/testing.js';
import { dataSourceOptions } from '../../../src/platform/database/data-source-options.js';
import { Database } from '../../../src/platform/database/database.js';
import { QueryLog } from '../../../src/platform/database/query-log.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { DatabaseProxy } from '../../support/database-proxy.js';
import { eventually } from '../../support/eventually.js';

/** Far above what a healthy server takes on a busy machine, far below what a test may take. */
const LIMITS = { poolSize: 2, connectTimeoutMs: 1_500, poolWaitMs: 1_500, statementTimeoutMs: 1_500 };

/** Real: PostgreSQL and the product's own pool; between them a proxy that behaves like a bad network. */
describe('Database over a network that fails', () => {
  let testDatabase: TestDatabase;
  let proxy: DatabaseProxy;
  let source: DataSource;
  let database: Database;

  beforeEach(async () => {
    testDatabase = await createTestDatabase({ migrated: false });
    proxy = await DatabaseProxy.start(testDatabase.url);
    const config = testConfig({ database: { url: proxy.url, ...LIMITS } });
    const logger = { log: () => undefined, warn: () => undefined, debug: () => undefined };
    const log = new QueryLog(logger, { metric: () => undefined });
    source = new DataSource(dataSourceOptions(proxy.url, config, log));
    await source.initialize();
    database = new Database(source);
    await testDatabase.dataSource.query('CREATE TABLE facts (id int PRIMARY KEY)');
  });

  afterEach(async () => {
    proxy.resume();
    await source.destroy();
    await proxy.close();
    await testDatabase.close();
  });

  const one = async (): Promise<unknown> => await database.read(async (manager) => await manager.query('SELECT 1'));

  it('never uses a connection again that has not answered', async () => {
    await Promise.all([one(), one()]);
    proxy.stall();
    const failures = await Promise.allSettled([
      one(),
      database.transaction(async (manager) => await manager.query('SELECT 1')),
    ]);
    expect(failures).toMatchObject([
      { status: 'rejected', reason: { code: 'DATABASE_TIMEOUT' } },
      { status: 'rejected', reason: { code: 'DATABASE_TIMEOUT' } },
    ]);
    proxy.forgetStalled();
    await expect(Promise.all([one(), one(), one()])).resolves.toHaveLength(3);
  });

  it('tries once only to reach a server that takes connections and says nothing', async () => {
    proxy.stall();
    let attempts = 0;
    const read = database.read(async (manager) => {
      attempts += 1;
      return await manager.query('SELECT 1');
    });
    // The connections that are there already may be tried first; each of them ends with a time-out, too.
    await expect(read).rejects.toMatchObject({ status: 503 });
    expect(attempts).toBe(1);
    proxy.cut();
    attempts = 0;
    await expect(
      database.read(async (manager) => await manager.query(((attempts += 1), 'SELECT 1'))),
    ).rejects.toMatchObject({
      code: 'DATABASE_CONNECTION_ERROR',
    });
    expect(attempts).toBe(1);
  });

  it('answers 503 while the server is away, and works when it is back, with nobody touching it', async () => {
    await proxy.close();
    await expect(one()).rejects.toMatchObject({ code: 'DATABASE_CONNECTION_ERROR', status: 503 });
    await expect(database.transaction(async (manager) => await manager.query('SELECT 1'))).rejects.toMatchObject({
      code: 'DATABASE_CONNECTION_ERROR',
    });
    await proxy.open();
    await eventually('the pool works', async () => (await one()) !== undefined);
  });

  it('answers 503 when the answer to a commit was lost, and does not run the transaction again', async () => {
    let runs = 0;
    const lost = proxy.loseCommit('INSERT INTO facts');
    const insert = database.transaction(async (manager) => {
      runs += 1;
      await manager.query('INSERT INTO facts VALUES (1)');
    });
    await expect(insert).rejects.toMatchObject({ code: 'DATABASE_CONNECTION_ERROR', status: 503 });
    await lost;
    expect(runs).toBe(1);
    expect(await database.read(async (manager) => await manager.query('SELECT id FROM facts'))).toEqual([{ id: 1 }]);
  });
});
