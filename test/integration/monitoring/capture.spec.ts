import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { ErrorEvent } from '../../../src/admin-monitoring/entities/error-event.entity.js';
import { ErrorGroup } from '../../../src/admin-monitoring/entities/error-group.entity.js';
import { ApiError, DatabaseError, translateError } from '../../../src/platform/errors/index.js';
import { ManualClock } from '../../../src/platform/time/manual-clock.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { DatabaseProxy } from '../../support/database-proxy.js';
import { bury, CapturingProcess, newStateDirectory } from './capturing-process.js';

const NOON = new Date('2030-01-01T12:00:00.000Z');

/** Real: PostgreSQL, the files, the sockets. Fake: the clock. */
describe('The capture of errors', () => {
  let database: TestDatabase;
  let proxy: DatabaseProxy;
  let clock: ManualClock;
  let directory: string;
  const processes: CapturingProcess[] = [];

  beforeAll(() => Logger.overrideLogger(false));

  beforeEach(async () => {
    database = await createTestDatabase({ entities: [ErrorGroup, ErrorEvent] });
    proxy = await DatabaseProxy.start(database.url);
    clock = new ManualClock(NOON);
    directory = await newStateDirectory();
  });

  afterEach(async () => {
    for (const process of processes.splice(0)) await process.stop();
    await proxy.close();
    await database.close();
    await rm(directory, { recursive: true, force: true });
  });

  function start(where = directory, release?: string): CapturingProcess {
    const process = CapturingProcess.start(proxy.url, where, clock, release);
    processes.push(process);
    return process;
  }

  async function total(unit: string): Promise<number> {
    const [row] = await database.dataSource.query<{ sum: string }[]>(
      `SELECT coalesce(sum(count), 0) AS sum FROM error_counts_${unit}`,
    );
    return Number(row?.sum);
  }

  async function totals(): Promise<readonly number[]> {
    return await Promise.all(['second', 'minute', 'hour', 'day'].map(total));
  }

  async function groups(): Promise<ErrorGroup[]> {
    return await database.dataSource.manager.find(ErrorGroup, { order: { code: 'ASC' } });
  }

  it('counts each error in each unit of time, and keeps fifty of a group and minute as events', async () => {
    const process = start();
    process.capture('NOT_FOUND', { userId: '0190a7c4-5e1c-7d3a-9b0e-3f2a1c4d5e6f' }, 60);
    clock.advance(1_000);
    process.capture('NOT_FOUND', { endpoint: 'GET /y', userId: 'somebody else' }, 40);
    process.capture('STORAGE_ERROR', { kind: 'job', operation: 'replicate', endpoint: undefined });
    await process.round();
    expect(await totals()).toEqual([101, 101, 101, 101]);
    const [notFound, storage] = await groups();
    expect(notFound).toMatchObject({ code: 'NOT_FOUND', count: '100', usersAffected: 2, state: 'unresolved' });
    expect(notFound).toMatchObject({
      firstSeenAt: NOON,
      lastSeenAt: clock.now(),
      level: 'info',
      firstRelease: '1.0.0',
    });
    expect(storage).toMatchObject({ code: 'STORAGE_ERROR', service: 'gcs', operation: 'replicate', count: '1' });
    expect(await database.dataSource.manager.count(ErrorEvent)).toBe(51);
    const rows = await database.dataSource.query<object[]>(
      'SELECT at, endpoint, service, count FROM error_counts_second ORDER BY at, endpoint',
    );
    expect(rows).toEqual([
      { at: NOON, endpoint: 'GET /x', service: '', count: 60 },
      { at: clock.now(), endpoint: 'GET /y', service: '', count: 40 },
      { at: clock.now(), endpoint: 'job replicate', service: 'gcs', count: 1 },
    ]);
  });

  it('stores an event with its chain, redacted, and without what PostgreSQL cannot hold', async () => {
    const process = start();
    const cause = new Error(`password=hunter2 for anna@example.com \u0000\ud800 ${'x'.repeat(100_000)}`);
    process.sink.capture(translateError(cause), {
      kind: 'request',
      endpoint: 'POST /x',
      requestId: 'request-1',
      userId: 'no uuid',
    });
    await process.round();
    const [event] = await database.dataSource.manager.find(ErrorEvent);
    expect(event).toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      status: 500,
      requestId: 'request-1',
      userId: null,
      occurredAt: NOON,
    });
    expect(event?.chain.map(({ error_class }) => error_class)).toEqual(['ApiError', 'Error']);
    expect(event?.message).toMatch(/^password=\[REDACTED\] for a\*\*\*@example\.com/);
    expect(event?.chain[1]?.stack).toContain('capture.spec');
    expect(JSON.stringify(event)).not.toMatch(/hunter2|anna@/);
    expect(JSON.stringify(event).length).toBeLessThan(30_000);
  });

  it('counts once what was committed without an answer', async () => {
    const process = start();
    process.capture('CONFLICT', {}, 7);
    const lost = proxy.loseCommit('error_writers');
    await process.round();
    await lost;
    expect(await totals()).toEqual([7, 7, 7, 7]);
    process.capture('CONFLICT', {}, 2);
    await process.round();
    await process.round();
    expect(await totals()).toEqual([9, 9, 9, 9]);
    expect((await groups())[0]).toMatchObject({ count: '9' });
    expect(await readdir(directory)).toEqual([]);
  });

  it('spools while PostgreSQL is away, and stores everything when it is back', async () => {
    const process = start();
    process.capture('CONFLICT', {}, 10);
    await process.round();
    await proxy.close();
    for (let second = 0; second < 20; second += 1) {
      clock.advance(1_000);
      process.capture('CONFLICT', {}, 100);
      await process.round();
    }
    expect(process.store.status().outageSince).not.toBeNull();
    expect(process.store.status().spooledBytes).toBeGreaterThan(0);
    expect(process.counters.size).toBe(0);
    expect(await total('day')).toBe(10);
    await proxy.open();
    process.capture('CONFLICT', {}, 5);
    await process.round();
    expect(await totals()).toEqual([2_015, 2_015, 2_015, 2_015]);
    expect(await database.dataSource.query('SELECT count(*)::int AS seconds FROM error_counts_second')).toEqual([
      { seconds: 21 },
    ]);
    expect(process.store.status()).toMatchObject({ outageSince: null, spooledBytes: 0 });
    expect(await readdir(directory)).toEqual([]);
  });

  it('leaves to a successor what it could not store, also when it died without warning', async () => {
    const first = start();
    await proxy.close();
    first.capture('CONFLICT', {}, 100);
    await first.round();
    first.capture('CONFLICT', {}, 11);
    await first.stop();
    await bury(directory);
    const [name = ''] = await readdir(directory);
    // What a crash in the middle of a write leaves.
    await appendFile(join(directory, name), '0123abcd {"kind":"counts","bat');
    await proxy.open();
    const second = start();
    await second.round();
    expect(await totals()).toEqual([111, 111, 111, 111]);
    expect(await database.dataSource.manager.count(ErrorEvent)).toBe(50);
    expect(await readdir(directory)).toEqual([]);
    // The damaged line is not passed over in silence.
    await second.round();
    expect(await database.dataSource.query('SELECT sum(dropped_events)::int AS dropped FROM error_writers')).toEqual([
      { dropped: 1 },
    ]);
  });

  it('counts each of 20,000 errors over an outage and a restart in the middle of it', async () => {
    const first = start();
    for (let second = 0; second < 10; second += 1) {
      if (second === 4) await proxy.close();
      first.capture('CONFLICT', {}, 600);
      first.capture('NOT_FOUND', { endpoint: `GET /${second}` }, 400);
      await first.round();
      clock.advance(1_000);
    }
    await first.stop();
    await bury(directory);
    const second = start();
    second.capture('CONFLICT', {}, 5_000);
    await second.round();
    await proxy.open();
    second.capture('NOT_FOUND', {}, 5_000);
    await second.stop();
    expect(await totals()).toEqual([20_000, 20_000, 20_000, 20_000]);
    expect((await groups()).map(({ code, count }) => [code, count])).toEqual([
      ['CONFLICT', '11000'],
      ['NOT_FOUND', '9000'],
    ]);
  });

  it('counts once what two successors read at the same time', async () => {
    const first = start();
    await proxy.close();
    for (let second = 0; second < 5; second += 1) {
      first.capture('CONFLICT', {}, 100);
      await first.round();
    }
    await first.stop();
    await bury(directory);
    await proxy.open();
    await Promise.all([start().round(), start().round()]);
    expect(await totals()).toEqual([500, 500, 500, 500]);
    expect(await database.dataSource.manager.count(ErrorEvent)).toBe(50);
  });

  it('does not touch the spool of a process that still runs', async () => {
    const first = start();
    await proxy.close();
    first.capture('CONFLICT');
    await first.round();
    const [name = ''] = await readdir(directory);
    const before = await readFile(join(directory, name), 'utf8');
    await proxy.open();
    await start().round();
    expect(await readFile(join(directory, name), 'utf8')).toBe(before);
  });

  it('holds counters in memory where the disk fails too, and says what it had to drop', async () => {
    await writeFile(join(directory, 'file'), '');
    const process = start(join(directory, 'file'));
    await proxy.close();
    for (let second = 0; second < 10; second += 1) {
      clock.advance(1_000);
      process.capture('CONFLICT', {}, 100);
      await process.round();
    }
    expect(process.store.status().heldErrors).toBe(100);
    await proxy.open();
    await process.round();
    await process.round();
    await process.round();
    expect(await totals()).toEqual([1_000, 1_000, 1_000, 1_000]);
    expect(
      await database.dataSource.query('SELECT dropped_events::int, dropped_errors::int FROM error_writers'),
    ).toEqual([{ dropped_events: 50, dropped_errors: 0 }]);
  });

  it('does not stop at data that PostgreSQL refuses for good', async () => {
    const process = start();
    process.capture('CONFLICT', { endpoint: 'GET /\0' }, 3);
    await process.round();
    process.capture('CONFLICT', {}, 2);
    await process.round();
    await process.round();
    expect(await total('day')).toBe(2);
    expect(await database.dataSource.query('SELECT dropped_errors::int FROM error_writers')).toEqual([
      { dropped_errors: 3 },
    ]);
  });

  it('lets several processes write the same groups at once without a deadlock', async () => {
    const codes = ['CONFLICT', 'NOT_FOUND', 'GONE', 'BAD_REQUEST', 'STORAGE_ERROR', 'DATABASE_TIMEOUT'] as const;
    const four = await Promise.all(Array.from({ length: 4 }, async () => start(await newStateDirectory())));
    for (let round = 0; round < 10; round += 1) {
      for (const [index, process] of four.entries()) {
        const order = index % 2 === 0 ? codes : codes.toReversed();
        for (const code of order) process.capture(code, { userId: `user ${round}` }, 5);
      }
      await Promise.all(four.map(async (process) => await process.round()));
      for (const process of four) expect(process.store.status()).toMatchObject({ outageSince: null, spooledBytes: 0 });
    }
    const expected = 4 * 10 * 5 * codes.length;
    expect(await totals()).toEqual([expected, expected, expected, expected]);
    expect((await groups()).map(({ count, usersAffected }) => [count, usersAffected])).toEqual(
      codes.map(() => ['200', 10]),
    );
    for (const process of four) await rm(process.directory, { recursive: true, force: true });
  });

  it('brings a resolved group back as regressed, and tells it once', async () => {
    const process = start();
    process.capture('GONE');
    await process.round();
    const [group] = await groups();
    await database.dataSource.manager.update(
      ErrorGroup,
      { id: group?.id ?? '' },
      { state: 'resolved', resolvedAt: new Date(NOON.getTime() + 10_000) },
    );
    // Seen before it was resolved, told late.
    process.capture('GONE');
    await process.round();
    expect((await groups())[0]).toMatchObject({ state: 'resolved', count: '2' });
    clock.advance(10_001);
    const cameBackAt = clock.now();
    process.capture('GONE', {}, 3);
    await process.round();
    clock.advance(1_000);
    process.capture('GONE');
    await process.round();
    expect((await groups())[0]).toMatchObject({ state: 'regressed', count: '6', regressedAt: cameBackAt });
    expect(process.published.filter(({ type }) => type === 'group_regressed')).toEqual([
      expect.objectContaining({ groupId: group?.id, code: 'GONE' }),
    ]);
  });

  it('remembers in which releases a group was seen', async () => {
    const old = start(undefined, '1.0.0');
    old.capture('GONE', {}, 2);
    await old.round();
    clock.advance(1_000);
    const next = start(undefined, '1.1.0');
    next.capture('GONE', {}, 3);
    await next.round();
    expect((await groups())[0]).toMatchObject({ firstRelease: '1.0.0', lastRelease: '1.1.0', count: '5' });
    expect(
      await database.dataSource.query('SELECT release, count::int FROM error_group_releases ORDER BY release'),
    ).toEqual([
      { release: '1.0.0', count: 2 },
      { release: '1.1.0', count: 3 },
    ]);
  });

  it('counts requests in all units', async () => {
    const process = start();
    for (const status of [200, 200, 404, 500]) process.counters.countRequest(status, clock.now().getTime());
    await process.round();
    for (const unit of ['second', 'minute', 'hour']) {
      expect(
        await database.dataSource.query(`SELECT total, client_errors, server_errors FROM request_counts_${unit}`),
      ).toEqual([{ total: 4, client_errors: 1, server_errors: 1 }]);
    }
  });

  it('never throws, whatever it is given', async () => {
    const process = start();
    const hostile = {
      get message(): string {
        throw new Error('no');
      },
    };
    process.sink.capture(translateError(hostile), { kind: 'process' });
    process.sink.capture(new DatabaseError('DATABASE_ERROR', { cause: hostile }), { kind: 'job' });
    const broken = Object.create(ApiError.prototype) as ApiError;
    expect(() => process.sink.capture(broken, { kind: 'request' })).not.toThrow();
    await process.round();
    expect(await total('day')).toBe(2);
    expect(await database.dataSource.query('SELECT dropped_errors::int FROM error_writers')).toEqual([
      { dropped_errors: 1 },
    ]);
  });
});
