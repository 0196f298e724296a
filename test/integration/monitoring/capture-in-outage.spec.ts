import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ErrorEvent } from '../../../src/admin-monitoring/entities/error-event.entity.js';
import { CaptureStage } from './capture-stage.js';
import { bury } from './capturing-process.js';

/** Real: PostgreSQL, the files, the sockets. Fake: the clock. */
describe('The capture of errors that cannot be stored at once', () => {
  let stage: CaptureStage;

  beforeEach(async () => {
    stage = await CaptureStage.open();
  });

  afterEach(async () => {
    await stage.close();
  });

  it('counts once what was committed without an answer', async () => {
    const process = stage.start();
    process.capture('CONFLICT', {}, 7);
    const lost = stage.proxy.loseCommit('error_writers');
    await process.round();
    await lost;
    expect(await stage.totals()).toEqual([7, 7, 7, 7]);
    process.capture('CONFLICT', {}, 2);
    await process.round();
    await process.round();
    expect(await stage.totals()).toEqual([9, 9, 9, 9]);
    expect((await stage.groups())[0]).toMatchObject({ count: '9' });
    expect(await readdir(stage.directory)).toEqual([]);
  });

  it('spools while PostgreSQL is away, and stores everything when it is back', async () => {
    const process = stage.start();
    process.capture('CONFLICT', {}, 10);
    await process.round();
    await stage.proxy.close();
    for (let second = 0; second < 20; second += 1) {
      stage.clock.advance(1_000);
      process.capture('CONFLICT', {}, 100);
      await process.round();
    }
    expect(process.store.status().outageSince).not.toBeNull();
    expect(process.store.status().spooledBytes).toBeGreaterThan(0);
    expect(process.counters.size).toBe(0);
    expect(await stage.total('day')).toBe(10);
    await stage.proxy.open();
    process.capture('CONFLICT', {}, 5);
    await process.round();
    expect(await stage.totals()).toEqual([2_015, 2_015, 2_015, 2_015]);
    expect(await stage.database.dataSource.query('SELECT count(*)::int AS seconds FROM error_counts_second')).toEqual([
      { seconds: 21 },
    ]);
    expect(process.store.status()).toMatchObject({ outageSince: null, spooledBytes: 0 });
    expect(await readdir(stage.directory)).toEqual([]);
  });

  it('leaves to a successor what it could not store, also when it died without warning', async () => {
    const first = stage.start();
    await stage.proxy.close();
    first.capture('CONFLICT', {}, 100);
    await first.round();
    first.capture('CONFLICT', {}, 11);
    await first.stop();
    await bury(stage.directory);
    const [name = ''] = await readdir(stage.directory);
    // What a crash in the middle of a write leaves.
    await appendFile(join(stage.directory, name), '0123abcd {"kind":"counts","bat');
    await stage.proxy.open();
    const second = stage.start();
    await second.round();
    expect(await stage.totals()).toEqual([111, 111, 111, 111]);
    expect(await stage.database.dataSource.manager.count(ErrorEvent)).toBe(50);
    expect(await readdir(stage.directory)).toEqual([]);
    // The damaged line is not passed over in silence.
    await second.round();
    expect(
      await stage.database.dataSource.query('SELECT sum(dropped_events)::int AS dropped FROM error_writers'),
    ).toEqual([{ dropped: 1 }]);
  });

  it('counts each of 20,000 errors over an outage and a restart in the middle of it', async () => {
    const first = stage.start();
    for (let second = 0; second < 10; second += 1) {
      if (second === 4) await stage.proxy.close();
      first.capture('CONFLICT', {}, 600);
      first.capture('NOT_FOUND', { endpoint: `GET /${second}` }, 400);
      await first.round();
      stage.clock.advance(1_000);
    }
    await first.stop();
    await bury(stage.directory);
    const second = stage.start();
    second.capture('CONFLICT', {}, 5_000);
    await second.round();
    await stage.proxy.open();
    second.capture('NOT_FOUND', {}, 5_000);
    await second.stop();
    expect(await stage.totals()).toEqual([20_000, 20_000, 20_000, 20_000]);
    expect((await stage.groups()).map(({ code, count }) => [code, count])).toEqual([
      ['CONFLICT', '11000'],
      ['NOT_FOUND', '9000'],
    ]);
  });

  it('counts once what two successors read at the same time', async () => {
    const first = stage.start();
    await stage.proxy.close();
    for (let second = 0; second < 5; second += 1) {
      first.capture('CONFLICT', {}, 100);
      await first.round();
    }
    await first.stop();
    await bury(stage.directory);
    await stage.proxy.open();
    await Promise.all([stage.start().round(), stage.start().round()]);
    expect(await stage.totals()).toEqual([500, 500, 500, 500]);
    expect(await stage.database.dataSource.manager.count(ErrorEvent)).toBe(50);
  });

  it('does not touch the spool of a process that still runs', async () => {
    const first = stage.start();
    await stage.proxy.close();
    first.capture('CONFLICT');
    await first.round();
    const [name = ''] = await readdir(stage.directory);
    const before = await readFile(join(stage.directory, name), 'utf8');
    await stage.proxy.open();
    await stage.start().round();
    expect(await readFile(join(stage.directory, name), 'utf8')).toBe(before);
  });

  it('holds counters in memory where the disk fails too, and says what it had to drop', async () => {
    await writeFile(join(stage.directory, 'file'), '');
    const process = stage.start(join(stage.directory, 'file'));
    await stage.proxy.close();
    for (let second = 0; second < 10; second += 1) {
      stage.clock.advance(1_000);
      process.capture('CONFLICT', {}, 100);
      await process.round();
    }
    expect(process.store.status().heldErrors).toBe(100);
    await stage.proxy.open();
    await process.round();
    await process.round();
    await process.round();
    expect(await stage.totals()).toEqual([1_000, 1_000, 1_000, 1_000]);
    expect(
      await stage.database.dataSource.query('SELECT dropped_events::int, dropped_errors::int FROM error_writers'),
    ).toEqual([{ dropped_events: 50, dropped_errors: 0 }]);
  });
});
