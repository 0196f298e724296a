import pg from 'pg';
import { DataSource } from 'typeorm';
import { testConfig } from '../../../src/config/testing.js';
import { dataSourceOptions } from '../../../src/platform/database/data-source-options.js';
import { Database } from '../../../src/platform/database/database.js';
import { QueryLog } from '../../../src/platform/database/query-log.js';
import { ApiError } from '../../../src/platform/errors/index.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';

describe('Database on PostgreSQL', () => {
  let testDatabase: TestDatabase;
  let source: DataSource;
  let database: Database;
  const slow: { value: number; query: unknown }[] = [];

  beforeAll(async () => {
    testDatabase = await createTestDatabase({ migrated: false });
    const config = testConfig({
      database: {
        url: testDatabase.url,
        poolSize: 2,
        connectTimeoutMs: 5_000,
        poolWaitMs: 500,
        statementTimeoutMs: 1_000,
      },
    });
    const logger = { log: () => undefined, warn: () => undefined, debug: () => undefined };
    const performanceLog = {
      metric: (_name: string, value: number, _unit: string, fields?: Readonly<Record<string, unknown>>) => {
        slow.push({ value, query: fields?.['query'] });
      },
    };
    source = new DataSource(dataSourceOptions(testDatabase.url, config, new QueryLog(logger, performanceLog)));
    await source.initialize();
    database = new Database(source);
    await database.manager.query('CREATE TABLE counters (id int PRIMARY KEY, value int NOT NULL)');
    await database.manager.query('INSERT INTO counters VALUES (1, 0), (2, 0)');
  });

  afterAll(async () => {
    await source.destroy();
    await testDatabase.close();
  });

  it('rolls back on any error and throws an ApiError as it is', async () => {
    const error = new ApiError('CONFLICT');
    await expect(
      database.transaction(async (manager) => {
        await manager.query('UPDATE counters SET value = 99 WHERE id = 1');
        throw error;
      }),
    ).rejects.toBe(error);
    expect(await database.manager.query('SELECT value FROM counters WHERE id = 1')).toEqual([{ value: 0 }]);
  });

  it('repeats a transaction as a whole until a serialization conflict is over', async () => {
    let runs = 0;
    await database.transaction(async (manager) => {
      runs += 1;
      await manager.query('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE');
      await manager.query('SELECT sum(value) FROM counters');
      if (runs < 3) {
        // Another transaction changes what was read, in the middle of ours.
        await testDatabase.dataSource.query('UPDATE counters SET value = value + 1 WHERE id = 2');
      }
      await manager.query('UPDATE counters SET value = value + 10 WHERE id = 2');
    });
    expect(runs).toBe(3);
    expect(await database.manager.query('SELECT value FROM counters WHERE id = 2')).toEqual([{ value: 12 }]);
  });

  it('answers 503 when the conflict does not end', async () => {
    let runs = 0;
    const conflict = database.transaction(async (manager) => {
      runs += 1;
      await manager.query(`DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END $$`);
    });
    await expect(conflict).rejects.toMatchObject({ status: 503 });
    expect(runs).toBe(3);
  });

  it('runs a deadlocked pair to the end', async () => {
    const bothHold = Promise.withResolvers<void>();
    let holding = 0;
    const swap = async (first: number, second: number): Promise<void> => {
      await database.transaction(async (manager) => {
        await manager.query('UPDATE counters SET value = value + 1 WHERE id = $1', [first]);
        holding += 1;
        if (holding === 2) bothHold.resolve();
        await bothHold.promise;
        await manager.query(`SET LOCAL deadlock_timeout = '50ms'`);
        await manager.query('UPDATE counters SET value = value + 1 WHERE id = $1', [second]);
      });
    };
    await database.manager.query('UPDATE counters SET value = 0');
    await Promise.all([swap(1, 2), swap(2, 1)]);
    expect(await database.manager.query('SELECT value FROM counters ORDER BY id')).toEqual([
      { value: 2 },
      { value: 2 },
    ]);
  });

  it('ends a statement that takes too long with DATABASE_TIMEOUT', async () => {
    await expect(database.read(async (manager) => await manager.query('SELECT pg_sleep(5)'))).rejects.toMatchObject({
      code: 'DATABASE_TIMEOUT',
      status: 503,
    });
  });

  it('reports a slow statement without its parameters', async () => {
    await database.manager.query('SELECT pg_sleep(0.25), $1::text', ['secret']);
    const last = slow.at(-1);
    expect(last?.value).toBeGreaterThan(200);
    expect(last?.query).toBe('SELECT pg_sleep(0.25), $1::text');
  });

  it('answers DATABASE_TIMEOUT in time when the pool stays full, and recovers', async () => {
    const gate = Promise.withResolvers<void>();
    let held = 0;
    const holders = [1, 2].map(async () => {
      await database.transaction(async (manager) => {
        await manager.query('SELECT 1');
        held += 1;
        await gate.promise;
      });
    });
    await eventually('the pool is used up', () => held === 2);
    const startedMs = performance.now();
    await expect(database.read(async (manager) => await manager.query('SELECT 1'))).rejects.toMatchObject({
      code: 'DATABASE_TIMEOUT',
    });
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    gate.resolve();
    await Promise.all(holders);
    expect(await database.read(async (manager) => await manager.query('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
  });

  it('repeats a read whose connection was cut, and not a transaction', async () => {
    let reads = 0;
    const cut = async (manager: { query: (sql: string) => Promise<unknown> }): Promise<unknown> => {
      reads += 1;
      return await manager.query(reads === 1 ? 'SELECT pg_terminate_backend(pg_backend_pid())' : 'SELECT 7 AS seven');
    };
    expect(await database.read(cut)).toEqual([{ seven: 7 }]);
    // Twice, or once more where the pool gave the dying connection out again before it had noticed its end.
    expect(reads === 2 || reads === 3).toBe(true);
    reads = 0;
    await expect(database.transaction(cut)).rejects.toMatchObject({ code: 'DATABASE_CONNECTION_ERROR' });
    expect(reads).toBe(1);
  });

  it('outlives all its connections being cut, idle and in use', async () => {
    const gate = Promise.withResolvers<void>();
    let held = false;
    const inUse = database.transaction(async (manager) => {
      await manager.query('SELECT 1');
      held = true;
      await gate.promise;
      await manager.query('SELECT 1');
    });
    const admin = new pg.Client({ connectionString: testDatabase.url });
    await admin.connect();
    await eventually('a connection is in use', () => held);
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name LIKE 'oriel%' AND pid <> pg_backend_pid()`,
    );
    await admin.end();
    gate.resolve();
    await expect(inUse).rejects.toMatchObject({ code: 'DATABASE_CONNECTION_ERROR' });
    expect(await database.read(async (manager) => await manager.query('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
  });
});
