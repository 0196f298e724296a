import { rm } from 'node:fs/promises';
import { ErrorEvent } from '../../../src/admin-monitoring/entities/error-event.entity.js';
import { ErrorGroup } from '../../../src/admin-monitoring/entities/error-group.entity.js';
import { ApiError, DatabaseError, translateError } from '../../../src/platform/errors/index.js';
import { CaptureStage, NOON } from './capture-stage.js';
import { newStateDirectory } from './capturing-process.js';

/** Real: PostgreSQL, the files, the sockets. Fake: the clock. */
describe('The capture of errors', () => {
  let stage: CaptureStage;

  beforeEach(async () => {
    stage = await CaptureStage.open();
  });

  afterEach(async () => {
    await stage.close();
  });

  it('counts each error in each unit of time, and keeps fifty of a group and minute as events', async () => {
    const process = stage.start();
    process.capture('NOT_FOUND', { userId: '0190a7c4-5e1c-7d3a-9b0e-3f2a1c4d5e6f' }, 60);
    stage.clock.advance(1_000);
    process.capture('NOT_FOUND', { endpoint: 'GET /y', userId: 'somebody else' }, 40);
    process.capture('STORAGE_ERROR', { kind: 'job', operation: 'replicate', endpoint: undefined });
    await process.round();
    expect(await stage.totals()).toEqual([101, 101, 101, 101]);
    const [notFound, storage] = await stage.groups();
    expect(notFound).toMatchObject({ code: 'NOT_FOUND', count: '100', usersAffected: 2, state: 'unresolved' });
    expect(notFound).toMatchObject({
      firstSeenAt: NOON,
      lastSeenAt: stage.clock.now(),
      level: 'info',
      firstRelease: '1.0.0',
    });
    expect(storage).toMatchObject({ code: 'STORAGE_ERROR', service: 'gcs', operation: 'replicate', count: '1' });
    expect(await stage.database.dataSource.manager.count(ErrorEvent)).toBe(51);
    const rows = await stage.database.dataSource.query<object[]>(
      'SELECT at, endpoint, service, count FROM error_counts_second ORDER BY at, endpoint',
    );
    expect(rows).toEqual([
      { at: NOON, endpoint: 'GET /x', service: '', count: 60 },
      { at: stage.clock.now(), endpoint: 'GET /y', service: '', count: 40 },
      { at: stage.clock.now(), endpoint: 'job replicate', service: 'gcs', count: 1 },
    ]);
  });

  it('stores an event with its chain, redacted, and without what PostgreSQL cannot hold', async () => {
    const process = stage.start();
    const cause = new Error(`password=hunter2 for anna@example.com \u0000\ud800 ${'x'.repeat(100_000)}`);
    process.sink.capture(translateError(cause), {
      kind: 'request',
      endpoint: 'POST /x',
      requestId: 'request-1',
      userId: 'no uuid',
    });
    await process.round();
    const [event] = await stage.database.dataSource.manager.find(ErrorEvent);
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

  it('does not stop at data that PostgreSQL refuses for good', async () => {
    const process = stage.start();
    process.capture('CONFLICT', { endpoint: 'GET /\0' }, 3);
    await process.round();
    process.capture('CONFLICT', {}, 2);
    await process.round();
    await process.round();
    expect(await stage.total('day')).toBe(2);
    expect(await stage.database.dataSource.query('SELECT dropped_errors::int FROM error_writers')).toEqual([
      { dropped_errors: 3 },
    ]);
  });

  it('lets several processes write the same groups at once without a deadlock', async () => {
    const codes = ['CONFLICT', 'NOT_FOUND', 'GONE', 'BAD_REQUEST', 'STORAGE_ERROR', 'DATABASE_TIMEOUT'] as const;
    const four = await Promise.all(Array.from({ length: 4 }, async () => stage.start(await newStateDirectory())));
    for (let round = 0; round < 10; round += 1) {
      for (const [index, process] of four.entries()) {
        const order = index % 2 === 0 ? codes : codes.toReversed();
        for (const code of order) {
          process.capture(code, { userId: `user ${round}` }, 5);
          process.capture(code, { operation: `of round ${round}` });
        }
      }
      await Promise.all(four.map(async (process) => await process.round()));
      for (const process of four) expect(process.store.status()).toMatchObject({ outageSince: null, spooledBytes: 0 });
    }
    const expected = 4 * 10 * 6 * codes.length;
    expect(await stage.totals()).toEqual([expected, expected, expected, expected]);
    const groups = (await stage.groups()).filter(({ operation }) => operation === null);
    expect(groups.map(({ count, usersAffected }) => [count, usersAffected])).toEqual(codes.map(() => ['200', 10]));
    for (const process of four) await rm(process.directory, { recursive: true, force: true });
  });

  it('has one unique index on each table: at a second one two processes would fail that insert the same row at once', async () => {
    const several = await stage.database.dataSource.query(
      `SELECT indrelid::regclass::text AS written FROM pg_index WHERE indisunique
       AND indrelid::regclass::text ~ '^(error|request)_' GROUP BY indrelid HAVING count(*) > 1`,
    );
    expect(several).toEqual([]);
  });

  it('brings a resolved group back as regressed, and tells it once', async () => {
    const process = stage.start();
    process.capture('GONE');
    await process.round();
    const [group] = await stage.groups();
    await stage.database.dataSource.manager.update(
      ErrorGroup,
      { id: group?.id ?? '' },
      { state: 'resolved', resolvedAt: new Date(NOON.getTime() + 10_000) },
    );
    // Seen before it was resolved, told late.
    process.capture('GONE');
    await process.round();
    expect((await stage.groups())[0]).toMatchObject({ state: 'resolved', count: '2' });
    stage.clock.advance(10_001);
    const cameBackAt = stage.clock.now();
    process.capture('GONE', {}, 3);
    await process.round();
    stage.clock.advance(1_000);
    process.capture('GONE');
    await process.round();
    expect((await stage.groups())[0]).toMatchObject({ state: 'regressed', count: '6', regressedAt: cameBackAt });
    expect(process.published.filter(({ type }) => type === 'group_regressed')).toEqual([
      expect.objectContaining({ groupId: group?.id, code: 'GONE' }),
    ]);
  });

  it('remembers in which releases a group was seen', async () => {
    const old = stage.start(undefined, '1.0.0');
    old.capture('GONE', {}, 2);
    await old.round();
    stage.clock.advance(1_000);
    const next = stage.start(undefined, '1.1.0');
    next.capture('GONE', {}, 3);
    await next.round();
    expect((await stage.groups())[0]).toMatchObject({ firstRelease: '1.0.0', lastRelease: '1.1.0', count: '5' });
    expect(
      await stage.database.dataSource.query('SELECT release, count::int FROM error_group_releases ORDER BY release'),
    ).toEqual([
      { release: '1.0.0', count: 2 },
      { release: '1.1.0', count: 3 },
    ]);
  });

  it('counts requests in all units', async () => {
    const process = stage.start();
    for (const status of [200, 200, 404, 500]) process.counters.countRequest(status, stage.clock.now().getTime());
    await process.round();
    for (const unit of ['second', 'minute', 'hour']) {
      expect(
        await stage.database.dataSource.query(`SELECT total, client_errors, server_errors FROM request_counts_${unit}`),
      ).toEqual([{ total: 4, client_errors: 1, server_errors: 1 }]);
    }
  });

  it('never throws, whatever it is given', async () => {
    const process = stage.start();
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
    expect(await stage.total('day')).toBe(2);
    expect(await stage.database.dataSource.query('SELECT dropped_errors::int FROM error_writers')).toEqual([
      { dropped_errors: 1 },
    ]);
  });
});
