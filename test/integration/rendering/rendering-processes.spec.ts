import { ApiError } from '../../../src/platform/errors/index.js';
import { policyToken, type ServicePolicy } from '../../../src/platform/resilience/index.js';
import { RenderJob } from '../../../src/rendering/index.js';
import { eventually } from '../../support/processes.js';
import { untilAborted } from './fakes.js';
import { type JobBody, type Musician, RenderingApp } from './rendering-app.js';

interface SeenEvent {
  readonly id: number;
  readonly job: JobBody['job'];
}

/** An `api` process and as many `worker` processes as a test wants, on one database and one storage. */
describe('Rendering in several processes', () => {
  let api: RenderingApp;
  let workers: RenderingApp[];
  let musician: Musician;

  beforeEach(async () => {
    api = await RenderingApp.start('api');
    workers = [];
    musician = await api.musician();
  });

  afterEach(async () => {
    for (const worker of workers) await worker.close({ last: false });
    await api.close();
  });

  const startWorker = async (): Promise<RenderingApp> => {
    const worker = await api.another('worker');
    workers.push(worker);
    return worker;
  };

  const submitted = async (): Promise<{ readonly jobId: string; readonly paymentId: string }> => {
    const paymentId = await api.credit(musician);
    return { jobId: (await api.submit(musician, paymentId)).body.job_id, paymentId };
  };

  const reaches = async (jobId: string, status: string): Promise<void> => {
    await eventually(async () => (await api.job(musician, jobId)).status === status, { what: `${jobId} ${status}` });
  };

  const events = async (jobId: string, headers: Record<string, string> = {}): Promise<Response> =>
    await fetch(`${api.origin}/api/jobs/render/events/${jobId}`, {
      headers: { authorization: musician.authorization, ...headers },
    });

  it('shows on one process each step that a render takes on another, and ends with the last', async () => {
    const worker = await startWorker();
    const go = Promise.withResolvers<undefined>();
    worker.renderer.next(async (_request, { onProgress }) => {
      onProgress({ fraction: 0.25, stage: 'rendering' });
      await go.promise;
    });
    const { jobId } = await submitted();
    const response = await events(jobId);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const reading = readEvents(response, (seen) => {
      if (seen.job.stage === 'rendering') go.resolve(undefined);
    });
    const seen = await reading;
    const ids = seen.map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect(new Set(ids).size).toBe(ids.length);
    expect(seen.map(({ job }) => job.stage)).toContain('rendering');
    expect(seen.at(-1)?.job).toMatchObject({ status: 'completed', progress: 100, attempt: 1 });
    expect(seen.at(-1)?.job).toEqual(await api.job(musician, jobId));
    await expect(api.mails(musician)).resolves.toEqual(['render_completed']);

    const lastId = String(ids.at(-1));
    expect((await events(jobId, { 'last-event-id': lastId })).status).toBe(204);
    const missed = await readEvents(await events(jobId, { 'last-event-id': '1' }));
    expect(missed.map(({ job }) => job.status)).toEqual(['completed']);
  });

  it('ends a render on another process within two seconds of its cancellation', async () => {
    const worker = await startWorker();
    const started = Promise.withResolvers<void>();
    const aborted = Promise.withResolvers<number>();
    worker.renderer.next(async (request, options) => {
      options.signal.addEventListener('abort', () => {
        aborted.resolve(performance.now());
      });
      await untilAborted(started.resolve)(request, options);
    });
    const { jobId, paymentId } = await submitted();
    await started.promise;
    const cancelledAt = performance.now();
    const { body } = await api.post<JobBody>(musician, `cancel/${jobId}`);
    expect(body.job.status).toBe('cancelled');
    expect((await aborted.promise) - cancelledAt).toBeLessThan(2_000);
    await expect(api.paymentStatus(paymentId)).resolves.toBe('completed');
    await eventually(async () => (await worker.leftovers()).length === 0, { what: 'the attempt to be cleared away' });
    await expect(api.mails(musician)).resolves.toEqual([]);
  });

  it('hands a render back at the shutdown, and another worker finishes it with no attempt spent', async () => {
    const worker = await startWorker();
    const started = Promise.withResolvers<void>();
    worker.renderer.next(untilAborted(started.resolve));
    const { jobId } = await submitted();
    await started.promise;
    workers = [];
    await worker.close({ last: false });
    await expect(api.job(musician, jobId)).resolves.toMatchObject({ status: 'queued', attempt: 0 });
    await expect(api.leftovers()).resolves.toEqual([]);
    await startWorker();
    await reaches(jobId, 'completed');
    await expect(api.job(musician, jobId)).resolves.toMatchObject({ attempt: 1 });
  });

  it('goes on as soon as storage works again with what had to wait, on whichever worker, as many at once as may run', async () => {
    const [first, second] = await Promise.all([startWorker(), startWorker()]);
    let away = true;
    const fetchToFile = api.storage.fetchToFile.bind(api.storage);
    api.storage.fetchToFile = async (id, path) => {
      if (away) throw new ApiError('GCS_UNAVAILABLE');
      await fetchToFile(id, path);
    };
    const jobs = await Promise.all(Array.from({ length: 12 }, submitted));
    // As after a long outage: none would begin by itself within this test.
    const putOff = async (): Promise<number> => {
      await api.dataSource.query(
        `UPDATE pgboss.job SET start_after = now() + interval '1 hour' WHERE name = 'render' AND state = 'retry'`,
      );
      const [row] = await api.dataSource.query<{ count: number }[]>(
        `SELECT count(*)::int AS count FROM pgboss.job
         WHERE name = 'render' AND state = 'retry' AND start_after > now() + interval '30 minutes'`,
      );
      return row?.count ?? 0;
    };
    await eventually(async () => (await putOff()) === jobs.length, { what: 'every job to wait' });
    const running = { now: 0, peak: 0 };
    for (const worker of [first, second]) {
      for (let render = 0; render < jobs.length; render += 1) {
        worker.renderer.next(async () => {
          running.now += 1;
          running.peak = Math.max(running.peak, running.now);
          await new Promise(setImmediate);
          running.now -= 1;
        });
      }
    }
    away = false;
    const policy = first.app.get<ServicePolicy>(policyToken('gcs'));
    policy.isolate();
    policy.reset();
    for (const { jobId } of jobs) await reaches(jobId, 'completed');
    expect(running.peak).toBeLessThanOrEqual(4);
    await expect(api.mails(musician)).resolves.toHaveLength(jobs.length);
  });

  it('completes forty jobs on two workers once each', async () => {
    await Promise.all([startWorker(), startWorker()]);
    const jobs = await Promise.all(Array.from({ length: 40 }, submitted));
    const completed = async (): Promise<number> =>
      await api.dataSource.getRepository(RenderJob).countBy({ status: 'completed' });
    await eventually(async () => (await completed()) === jobs.length, { what: 'all jobs to complete' });
    const rendered = workers.flatMap(({ renderer }) => renderer.requests);
    expect(rendered).toHaveLength(jobs.length);
    const rows = await api.dataSource.getRepository(RenderJob).find();
    expect(new Set(rows.map(({ attempt }) => attempt))).toEqual(new Set([1]));
    const products = [...api.storage.keys.values()].filter((key) => key.startsWith('videos/'));
    expect(products.toSorted()).toEqual(jobs.map(({ jobId }) => `videos/${jobId}/1-1.mp4`).toSorted());
    await expect(api.mails(musician)).resolves.toHaveLength(jobs.length);
  });

  it('ends open event streams at its shutdown instead of waiting for the renders', async () => {
    const { jobId } = await submitted();
    const response = await events(jobId);
    const open = Promise.withResolvers<undefined>();
    const reading = readEvents(response, () => {
      open.resolve(undefined);
    });
    await open.promise;
    const startedAt = performance.now();
    await api.app.close();
    expect((await reading).map(({ job }) => job.status)).toEqual(['queued']);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

/** Reads a stream to its end. */
async function readEvents(
  response: Response,
  onEvent: (event: SeenEvent) => void = () => undefined,
): Promise<SeenEvent[]> {
  const seen: SeenEvent[] = [];
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString();
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, id, data] = /^id: (\d+)\ndata: (.*)$/.exec(block) ?? [];
      if (id === undefined || data === undefined) continue;
      const event = { id: Number(id), job: (JSON.parse(data) as JobBody).job };
      seen.push(event);
      onEvent(event);
    }
  }
  return seen;
}
