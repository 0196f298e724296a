import type { PassThrough } from 'node:stream';
import { DatabaseError } from '../../platform/errors/index.js';
import type { RenderJob } from '../entities/render-job.entity.js';
import type { RenderJobStatus } from '../jobs/render-job-status.js';
import { renderJobView } from '../jobs/render-job-view.js';
import type { RenderJobs } from '../jobs/render-jobs.js';
import type { JobChanges, JobWatcher } from './job-changes.js';
import { JobEventStreams } from './job-event-stream.js';

const timers = import.meta.jest;

function job(version: number, status: RenderJobStatus = 'processing', progress = version): RenderJob {
  const base = {
    id: 'job-1',
    stage: null,
    attempt: 1,
    error: null,
    requestId: null,
    createdAt: new Date(0),
    completedAt: null,
  };
  return { ...base, version, status, progress } as unknown as RenderJob;
}

/** Changes that the test makes. */
class FakeChanges {
  readonly watchers = new Set<JobWatcher>();

  watch(_id: string, _version: number, watcher: JobWatcher): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  change(row: RenderJob): void {
    for (const { changed } of this.watchers) changed(row);
  }
}

describe('JobEventStreams', () => {
  let changes: FakeChanges;
  let databaseIsAway: boolean;
  let streams: JobEventStreams;

  beforeEach(() => {
    timers.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] });
    changes = new FakeChanges();
    databaseIsAway = false;
    const jobs = {
      view: async (row: RenderJob) => {
        if (databaseIsAway) throw new DatabaseError('DATABASE_CONNECTION_ERROR');
        return await Promise.resolve(renderJobView(row, new Date(60_000)));
      },
    };
    streams = new JobEventStreams(changes as unknown as JobChanges, jobs as unknown as RenderJobs);
  });

  afterEach(() => {
    streams.onModuleDestroy();
    timers.useRealTimers();
  });

  it('shows the job at once and on each change, and ends when it is final', async () => {
    const { text, ended } = read(open(job(3)));
    await turns();
    changes.change(job(4));
    await turns();
    changes.change(job(5, 'completed', 100));
    await ended;
    expect(text()).toMatch(/^retry: 2000\n\nid: 3\ndata: \{"job":\{"id":"job-1","status":"processing".*\n\n/);
    expect(ids(text())).toEqual(['3', '4', '5']);
    expect(JSON.parse(data(text()).at(-1) ?? '')).toMatchObject({ job: { status: 'completed', progress: 100 } });
    expect(streams.openCount).toBe(0);
    expect(changes.watchers.size).toBe(0);
  });

  it('shows a client that comes back only what it has not seen', async () => {
    const { text } = read(open(job(3), '3'));
    await turns();
    expect(ids(text())).toEqual([]);
    changes.change(job(4));
    await turns();
    expect(ids(text())).toEqual(['4']);
  });

  it('has nothing for a client that has seen the end', () => {
    expect(streams.stream(job(7, 'failed'), '7')).toBeNull();
    expect(streams.stream(job(7, 'failed'), '9')).toBeNull();
    expect(streams.openCount).toBe(0);
  });

  it.each(['', 'x', '-1', '1e9', '99999999999999999999'])('takes the Last-Event-ID %j for none', async (id) => {
    const { text } = read(open(job(2, 'completed', 100), id));
    await turns();
    expect(ids(text())).toEqual(['2']);
  });

  it('keeps the connection alive every 15 seconds', async () => {
    const { text } = read(open(job(1)));
    await turns();
    timers.advanceTimersByTime(15_000);
    await turns();
    expect(text()).toContain(': heartbeat\n\n');
  });

  it('clears up when the client goes away', async () => {
    const stream = open(job(1));
    read(stream);
    await turns();
    stream.destroy();
    await turns();
    expect(streams.openCount).toBe(0);
    expect(changes.watchers.size).toBe(0);
    expect(timers.getTimerCount()).toBe(0);
  });

  it('skips for a slow client what is out of date, and never buffers more than the stream holds', async () => {
    const stream = open(job(1));
    await turns();
    for (let version = 2; version <= 2_000; version += 1) {
      changes.change(job(version));
      if (version % 10 === 0) await turns();
    }
    expect(stream.writableLength + stream.readableLength).toBeLessThan(100_000);
    const { text } = read(stream);
    await turns();
    expect(ids(text()).at(-1)).toBe('2000');
  });

  it('goes on without an estimate while the database is away', async () => {
    databaseIsAway = true;
    const { text } = read(open(job(1)));
    await turns();
    expect(JSON.parse(data(text())[0] ?? '')).toMatchObject({
      job: { status: 'processing', estimated_completion: null },
    });
  });

  it('ends all streams at the shutdown', async () => {
    const readers = [read(open(job(1))), read(open(job(2)))];
    streams.onModuleDestroy();
    await Promise.all(readers.map(({ ended }) => ended));
    expect(streams.openCount).toBe(0);
  });

  function open(row: RenderJob, lastEventId?: string): PassThrough {
    const stream = streams.stream(row, lastEventId);
    if (stream === null) throw new Error('There should be a stream');
    return stream;
  }
});

function read(stream: PassThrough): { readonly text: () => string; readonly ended: Promise<void> } {
  let text = '';
  const ended = new Promise<void>((resolve) => {
    stream.once('end', resolve);
  });
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return { text: () => text, ended };
}

function ids(text: string): string[] {
  return [...text.matchAll(/^id: (\d+)$/gm)].map(([, id = '']) => id);
}

function data(text: string): string[] {
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, json = '']) => json);
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
}
