import { ApiError } from '../../../src/platform/errors/index.js';
import { RequestContext } from '../../../src/platform/http/index.js';
import { type DeadJob, defineQueue, type Job } from '../../../src/platform/jobs/index.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { type JobApp, startJobApp } from './job-app.js';

interface Note {
  readonly text: string;
}

describe('JobQueue on PostgreSQL', () => {
  let database: TestDatabase;
  let process: JobApp;

  beforeAll(async () => {
    database = await createTestDatabase({ migrated: false });
    process = await startJobApp(database.url);
  });

  afterAll(async () => {
    await process.close();
    await database.close();
  });

  it('starts a job within a second and hands it the payload and the request it came from', async () => {
    const queue = defineQueue<Note>({ name: 'plain' });
    const context = process.app.get(RequestContext);
    const seen: { job: Job<Note>; requestId: string | undefined; queueJobId: string | undefined; atMs: number }[] = [];
    await process.workers.register(queue, { concurrency: 1 }, async (job) => {
      seen.push({ job, requestId: context.requestId, queueJobId: context.queueJobId, atMs: performance.now() });
    });
    const startedMs = performance.now();
    const id = await context.run(
      { requestId: 'request-0001' },
      async () => await process.queue.enqueue(queue, { text: 'hi' }),
    );
    await eventually('the job has run', () => seen.length === 1);
    expect(seen[0]).toMatchObject({
      requestId: 'request-0001',
      queueJobId: id,
      job: { id, payload: { text: 'hi' }, attempt: 1, lastAttempt: false },
    });
    expect((seen[0]?.atMs ?? Infinity) - startedMs).toBeLessThan(1_000);
  });

  it('enqueues with the transaction and not without it', async () => {
    const queue = defineQueue<Note>({ name: 'transactional' });
    const texts: string[] = [];
    await process.workers.register(queue, { concurrency: 1 }, async ({ payload }) => {
      texts.push(payload.text);
    });
    await expect(
      process.database.transaction(async (manager) => {
        await process.queue.enqueue(queue, { text: 'rolled back' }, { manager });
        throw new ApiError('CONFLICT');
      }),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
    await process.database.transaction(async (manager) => {
      await process.queue.enqueue(queue, { text: 'committed' }, { manager });
    });
    await eventually('the committed job has run', () => texts.length > 0);
    expect(texts).toEqual(['committed']);
    const depths = await database.dataSource.query(
      `SELECT count(*)::int AS count FROM pgboss.job WHERE name = 'transactional'`,
    );
    expect(depths).toEqual([{ count: 1 }]);
  });

  it('tries a failed job again and tells the handler which attempt it is', async () => {
    const queue = defineQueue<Note>({ name: 'retried', retryLimit: 2, retryDelaySeconds: 0, retryBackoff: false });
    const attempts: { attempt: number; last: boolean }[] = [];
    await process.workers.register(queue, { concurrency: 1 }, async ({ attempt, lastAttempt }) => {
      attempts.push({ attempt, last: lastAttempt });
      if (attempt < 3) throw new Error('not yet');
    });
    await process.queue.enqueue(queue, { text: '' });
    await eventually('the third attempt has run', () => attempts.length === 3);
    expect(attempts).toEqual([
      { attempt: 1, last: false },
      { attempt: 2, last: false },
      { attempt: 3, last: true },
    ]);
  });

  it('ends the backoff of what failed for a reason that is over, on any process, one at a time where one may run', async () => {
    const queue = defineQueue<Note>({ name: 'hastened', retryDelaySeconds: 3_600, retryBackoff: false });
    let away = true;
    let running = 0;
    let peak = 0;
    const done: string[] = [];
    await process.workers.register(queue, { concurrency: 1 }, async ({ payload }) => {
      running += 1;
      peak = Math.max(peak, running);
      await new Promise(setImmediate);
      running -= 1;
      if (away) throw new ApiError(payload.text === 'stays' ? 'STRIPE_TIMEOUT' : 'GCS_TIMEOUT');
      done.push(payload.text);
    });
    const texts = ['one', 'two', 'three', 'four', 'five', 'stays'];
    for (const text of texts) await process.queue.enqueue(queue, { text });
    const waiting = async (): Promise<number> => {
      const [row]: { count: number }[] = await database.dataSource.query(
        `SELECT count(*)::int AS count FROM pgboss.job WHERE name = 'hastened' AND state = 'retry'`,
      );
      return row?.count ?? 0;
    };
    await eventually('all wait for their second try', async () => (await waiting()) === texts.length);
    away = false;
    const other = await startJobApp(database.url, { role: 'api' });
    expect(await other.queue.hasten(queue, ['GCS_TIMEOUT', 'GCS_UNAVAILABLE'])).toBe(5);
    await other.close();
    await eventually('the hastened ones are done', () => done.length === 5);
    expect(done.toSorted()).toEqual(texts.filter((text) => text !== 'stays').toSorted());
    expect(peak).toBe(1);
    expect(await waiting()).toBe(1);
  });

  it('does not try again after an error that is not retryable, and tells of the dead job', async () => {
    const queue = defineQueue<Note>({ name: 'refused', retryLimit: 5 });
    let attempts = 0;
    const dead: DeadJob<Note>[] = [];
    const options = {
      concurrency: 1,
      onDead: async (job: DeadJob<Note>) => {
        dead.push(job);
      },
    };
    await process.workers.register(queue, options, async () => {
      attempts += 1;
      throw new ApiError('NOT_FOUND');
    });
    const id = await process.queue.enqueue(queue, { text: 'no good' });
    await eventually('the dead job has been told', () => dead.length === 1);
    expect(dead[0]).toMatchObject({ id, payload: { text: 'no good' }, errorCode: 'NOT_FOUND' });
    expect(attempts).toBe(1);
  });

  it('tells of a job that used up its attempts', async () => {
    const queue = defineQueue<Note>({ name: 'exhausted', retryLimit: 1, retryDelaySeconds: 0, retryBackoff: false });
    let attempts = 0;
    const dead: DeadJob<Note>[] = [];
    const options = {
      concurrency: 1,
      onDead: async (job: DeadJob<Note>) => {
        dead.push(job);
      },
    };
    await process.workers.register(queue, options, async () => {
      attempts += 1;
      throw new ApiError('STRIPE_TIMEOUT');
    });
    const id = await process.queue.enqueue(queue, { text: 'x' });
    await eventually('the dead job has been told', () => dead.length === 1);
    expect({ attempts, id: dead[0]?.id, code: dead[0]?.errorCode }).toEqual({
      attempts: 2,
      id,
      code: 'STRIPE_TIMEOUT',
    });
  });

  it('keeps one waiting job per key and answers with its id', async () => {
    const queue = defineQueue<Note>({ name: 'unique' });
    const key = 'someone+with@odd.characters';
    const delayed = { singletonKey: key, startAfterSeconds: 3_600 };
    const first = await process.queue.enqueue(queue, { text: '1' }, delayed);
    const second = await process.queue.enqueue(queue, { text: '2' }, delayed);
    const others = await Promise.all(
      Array.from({ length: 10 }, async () => await process.queue.enqueue(queue, { text: '3' }, delayed)),
    );
    const unkeyed = await process.queue.enqueue(queue, { text: '4' }, { startAfterSeconds: 3_600 });
    expect(new Set([first, second, ...others])).toEqual(new Set([first]));
    expect(unkeyed).not.toBe(first);
  });

  it('takes no second job of a key while the first one runs, where the queue says so', async () => {
    const queue = defineQueue<Note>({ name: 'exclusive', uniqueness: 'queued_or_active' });
    const started = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    let runs = 0;
    await process.workers.register(queue, { concurrency: 2 }, async () => {
      runs += 1;
      started.resolve();
      await gate.promise;
    });
    const first = await process.queue.enqueue(queue, { text: '1' }, { singletonKey: 'one' });
    await started.promise;
    expect(await process.queue.enqueue(queue, { text: '2' }, { singletonKey: 'one' })).toBe(first);
    gate.resolve();
    await eventually('the worker is free', () => process.workers.activeCount === 0);
    expect(runs).toBe(1);
  });

  it('has one schedule of a queue however often it is asked for, and the last one counts', async () => {
    const queue = defineQueue({ name: 'scheduled' });
    await process.queue.schedule(queue, '0 3 * * *');
    await Promise.all([process.queue.schedule(queue, '*/5 * * * *'), process.queue.schedule(queue, '*/5 * * * *')]);
    const rows = await database.dataSource.query(`SELECT cron, timezone FROM pgboss.schedule WHERE name = 'scheduled'`);
    expect(rows).toEqual([{ cron: '*/5 * * * *', timezone: 'UTC' }]);
  });

  it('counts what is waiting', async () => {
    const depths = await process.queue.depths();
    expect(depths.map(({ name }) => name)).toEqual(expect.arrayContaining(['unique', 'unique.dead']));
  });

  it('runs no more at once than it was told, and exactly that many', async () => {
    const queue = defineQueue<Note>({ name: 'bounded' });
    let running = 0;
    let peak = 0;
    let done = 0;
    const gate = Promise.withResolvers<void>();
    await process.workers.register(queue, { concurrency: 3 }, async () => {
      running += 1;
      peak = Math.max(peak, running);
      await gate.promise;
      running -= 1;
      done += 1;
    });
    for (let index = 0; index < 9; index += 1) await process.queue.enqueue(queue, { text: String(index) });
    await eventually('three run', () => running === 3);
    gate.resolve();
    await eventually('all have run', () => done === 9);
    expect(peak).toBe(3);
  });

  it('aborts the signal of a cancelled job', async () => {
    const queue = defineQueue<Note>({ name: 'cancelled' });
    const started = Promise.withResolvers<AbortSignal>();
    await process.workers.register(queue, { concurrency: 1 }, async ({ signal }) => {
      started.resolve(signal);
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
    });
    const id = await process.queue.enqueue(queue, { text: '' });
    const signal = await started.promise;
    await process.queue.cancel(queue, id);
    await eventually('the signal aborts', () => signal.aborted);
    await eventually('the worker is free', () => process.workers.activeCount === 0);
  });

  it('does not start a delayed job early', async () => {
    const queue = defineQueue<Note>({ name: 'delayed' });
    const startedAt: number[] = [];
    await process.workers.register(queue, { concurrency: 1 }, async () => {
      startedAt.push(performance.now());
    });
    const enqueuedAt = performance.now();
    await process.queue.enqueue(queue, { text: '' }, { startAfterSeconds: 2 });
    await eventually('the delayed job has run', () => startedAt.length === 1);
    expect((startedAt[0] ?? 0) - enqueuedAt).toBeGreaterThanOrEqual(1_900);
  });

  it('works a backlog off without pausing between jobs', async () => {
    const queue = defineQueue<Note>({ name: 'backlog' });
    const numbers = Array.from({ length: 30 }, (_, number) => String(number));
    for (const text of numbers) await process.queue.enqueue(queue, { text });
    const texts: string[] = [];
    const startedMs = performance.now();
    await process.workers.register(queue, { concurrency: 1 }, async ({ payload }) => {
      texts.push(payload.text);
    });
    await eventually('all have run', () => texts.length === 30);
    // A pause between two looks for work is two seconds.
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    expect(texts).toEqual(numbers);
  });

  it('takes payloads of any text', async () => {
    const queue = defineQueue<Note>({ name: 'hostile' });
    const texts: string[] = [];
    await process.workers.register(queue, { concurrency: 1 }, async ({ payload }) => {
      texts.push(payload.text);
    });
    const hostile = `'; DROP TABLE pgboss.job; -- $1 \\ " \u{1F3B8} ${'x'.repeat(100_000)}`;
    await process.queue.enqueue(queue, { text: hostile });
    await eventually('the job has run', () => texts.length === 1);
    expect(texts[0]).toBe(hostile);
  });
});
