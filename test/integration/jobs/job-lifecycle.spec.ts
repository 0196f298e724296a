import { PgBoss } from 'pg-boss';
import { PG_BOSS } from '../../../src/platform/jobs/pg-boss.provider.js';
import { type DeadJob, defineQueue, JobHandedBack } from '../../../src/platform/jobs/index.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { DatabaseProxy } from '../../support/database-proxy.js';
import { eventually } from '../../support/eventually.js';
import { type JobApp, startJobApp } from './job-app.js';

interface Numbered {
  readonly number: number;
}

describe('Jobs across processes', () => {
  let database: TestDatabase;
  let proxy: DatabaseProxy | undefined;
  const apps: JobApp[] = [];

  beforeEach(async () => {
    database = await createTestDatabase({ migrated: false });
  });

  afterEach(async () => {
    // A connection that stays silent could not be closed in good form.
    proxy?.cut();
    for (const app of apps.splice(0)) await app.close();
    await proxy?.close();
    await database.close();
  });

  async function start(options: Parameters<typeof startJobApp>[1] = {}): Promise<JobApp> {
    const app = await startJobApp(database.url, options);
    apps.push(app);
    return app;
  }

  it('runs each of 300 jobs once, on both of two workers, enqueued by a process that does not work', async () => {
    const queue = defineQueue<Numbered>({ name: 'shared' });
    const [api, first, second] = await Promise.all([
      start({ role: 'api' }),
      start({ role: 'worker' }),
      start({ role: 'worker' }),
    ]);
    const runs: { worker: number; number: number }[] = [];
    for (const [worker, app] of [api, first, second].entries()) {
      await app.workers.register(queue, { concurrency: 4 }, async ({ payload }) => {
        runs.push({ worker, number: payload.number });
      });
    }
    const numbers = Array.from({ length: 300 }, (_, number) => number);
    await Promise.all(numbers.map(async (number) => await api.queue.enqueue(queue, { number })));
    await eventually('all have run', () => runs.length >= 300, 60_000);
    expect(runs.map(({ number }) => number).toSorted((a, b) => a - b)).toEqual(numbers);
    expect(new Set(runs.map(({ worker }) => worker))).toEqual(new Set([1, 2]));
  }, 90_000);

  it('lets a running job finish at shutdown', async () => {
    const queue = defineQueue<Numbered>({ name: 'finishing' });
    const worker = await start({ shutdownGraceMs: 10_000 });
    const started = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    let wasAborted: boolean | undefined;
    await worker.workers.register(queue, { concurrency: 1 }, async ({ signal }) => {
      started.resolve();
      await gate.promise;
      wasAborted = signal.aborted;
    });
    const id = await worker.queue.enqueue(queue, { number: 1 });
    await started.promise;
    const closed = worker.close();
    gate.resolve();
    await closed;
    apps.length = 0;
    expect(wasAborted).toBe(false);
    expect(await stateOf(id)).toEqual([{ state: 'completed', retry_count: 0 }]);
  });

  it('hands a job that takes too long back at shutdown, without spending an attempt, and another worker takes it', async () => {
    const queue = defineQueue<Numbered>({ name: 'returned', retryLimit: 0 });
    const leaving = await start({ shutdownGraceMs: 100 });
    const reason = Promise.withResolvers<unknown>();
    const started = Promise.withResolvers<void>();
    await leaving.workers.register(queue, { concurrency: 1 }, async ({ signal }) => {
      started.resolve();
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reason.resolve(signal.reason);
          reject(new Error('interrupted'));
        });
      });
    });
    await leaving.queue.enqueue(queue, { number: 7 });
    await started.promise;
    const staying = await start();
    const attempts: { attempt: number; last: boolean; number: number }[] = [];
    await staying.workers.register(queue, { concurrency: 1 }, async ({ attempt, lastAttempt, payload }) => {
      attempts.push({ attempt, last: lastAttempt, number: payload.number });
    });
    await leaving.close();
    apps.splice(0, 1);
    await eventually('the other worker has run it', () => attempts.length === 1);
    expect(attempts).toEqual([{ attempt: 1, last: true, number: 7 }]);
    expect(await reason.promise).toBeInstanceOf(JobHandedBack);
    expect(leaving.captured).toEqual([]);
  });

  it('takes a job over whose worker ignores the shutdown, and the late answer changes nothing', async () => {
    const queue = defineQueue<Numbered>({ name: 'ignored', retryLimit: 0 });
    const leaving = await start({ shutdownGraceMs: 100 });
    const started = Promise.withResolvers<void>();
    const never = Promise.withResolvers<void>();
    await leaving.workers.register(queue, { concurrency: 1 }, async () => {
      started.resolve();
      await never.promise;
    });
    const id = await leaving.queue.enqueue(queue, { number: 1 });
    await started.promise;
    const staying = await start();
    const gate = Promise.withResolvers<void>();
    let runs = 0;
    await staying.workers.register(queue, { concurrency: 1 }, async () => {
      runs += 1;
      await gate.promise;
    });
    const closed = leaving.close();
    await eventually('the other worker has it', () => runs === 1);
    never.resolve();
    await closed;
    apps.splice(0, 1);
    expect(await stateOf(id)).toMatchObject([{ state: 'active' }]);
    gate.resolve();
    await eventually('it is completed', async () => (await stateOf(id))[0]?.state === 'completed');
    expect(runs).toBe(1);
  });

  it('takes jobs from a worker that died within half a minute: another attempt, or the news that it was the last', async () => {
    const retried = defineQueue<Numbered>({
      name: 'orphaned',
      retryLimit: 1,
      retryDelaySeconds: 0,
      retryBackoff: false,
    });
    const last = defineQueue<Numbered>({ name: 'orphaned-last', retryLimit: 0 });
    const worker = await start();
    await worker.queue.enqueue(retried, { number: 1 });
    const lastId = await worker.queue.enqueue(last, { number: 9 });
    // A worker that claims both and is never heard of again.
    const lost = worker.app.get<PgBoss>(PG_BOSS);
    expect([...(await lost.fetch(retried.name)), ...(await lost.fetch(last.name))]).toHaveLength(2);
    const attempts: number[] = [];
    await worker.workers.register(retried, { concurrency: 1 }, async ({ attempt }) => {
      attempts.push(attempt);
    });
    const dead: unknown[] = [];
    const options = {
      concurrency: 1,
      onDead: async ({ id, payload, errorCode }: DeadJob<Numbered>) => {
        dead.push({ id, payload, errorCode });
      },
    };
    await worker.workers.register(last, options, async () => undefined);
    await eventually('both are taken', () => attempts.length === 1 && dead.length === 1, 30_000);
    expect(attempts).toEqual([2]);
    expect(dead).toEqual([{ id: lastId, payload: { number: 9 }, errorCode: null }]);
  }, 60_000);

  it('goes on after all its connections were cut', async () => {
    const queue = defineQueue<Numbered>({ name: 'cut' });
    const worker = await start();
    const runs: number[] = [];
    await worker.workers.register(queue, { concurrency: 1 }, async ({ payload }) => {
      runs.push(payload.number);
    });
    await database.dataSource.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name LIKE 'oriel jobs%'`,
    );
    await eventually('a job can be enqueued again', async () => {
      await worker.queue.enqueue(queue, { number: 1 });
      return true;
    });
    await eventually('it has run', () => runs.length > 0);
    expect(runs).toEqual([1]);
  });

  it('goes on over new connections when its own have silently ceased to answer', async () => {
    const queue = defineQueue<Numbered>({ name: 'silenced' });
    proxy = await DatabaseProxy.start(database.url);
    const worker = await startJobApp(proxy.url, { database: { connectTimeoutMs: 500, statementTimeoutMs: 500 } });
    apps.push(worker);
    const runs: number[] = [];
    await worker.workers.register(queue, { concurrency: 1 }, async ({ payload }) => {
      runs.push(payload.number);
    });
    proxy.stall();
    proxy.forgetStalled();
    const sender = await start({ role: 'api' });
    await sender.queue.enqueue(queue, { number: 1 });
    await eventually('the job has run', () => runs.length > 0);
    expect(runs).toEqual([1]);
  });

  async function stateOf(id: string): Promise<{ state: string; retry_count: number }[]> {
    return await database.dataSource.query(`SELECT state::text, retry_count FROM pgboss.job WHERE id = $1`, [id]);
  }
});
