import {
  ApiError,
  DatabaseError,
  FileValidationError,
  RenderingError,
  StorageError,
} from '../../../src/platform/errors/index.js';
import { DEFAULT_RESILIENCE } from '../../../src/config/resilience-settings.js';
import { JobHandedBack } from '../../../src/platform/jobs/index.js';
import { untilAborted } from './fakes.js';
import { RenderingRoom } from './rendering-room.js';

const never = new AbortController().signal;

describe('RenderJobRunner', () => {
  let room: RenderingRoom;

  beforeEach(async () => {
    room = await RenderingRoom.open();
  });

  afterEach(async () => {
    await room.close();
  });

  it('turns a queued job into a stored video, one mail and a used credit', async () => {
    const { job, userId, payload } = await room.submitted();
    await expect(room.runner.run(payload, never)).resolves.toBe('completed');
    const done = await room.job(job.id);
    expect(done).toMatchObject({ status: 'completed', progress: 100, stage: null, attempt: 1, runToken: null });
    expect(done).toMatchObject({ error: null, renderMs: 6_000, videoSizeBytes: 5 });
    expect(room.storage.keys.get(done.videoObjectId ?? '')).toBe(`videos/${job.id}/1-1.mp4`);
    expect(room.storage.keys.get(done.thumbnailObjectId ?? '')).toBe(`thumbnails/${job.id}/1-1.jpg`);
    await expect(room.mails(userId)).resolves.toEqual(['render_completed']);
    await expect(room.paymentStatus(job.paymentId)).resolves.toBe('consumed');
    await expect(room.leftovers()).resolves.toEqual([]);
    expect(room.metrics).toEqual(['render_time', 'render_speed']);
  });

  it('shows each stage and a progress that never falls while it runs', async () => {
    const { job, payload } = await room.submitted();
    const seen: string[] = [];
    room.renderer.next(async (_request, { onProgress }) => {
      onProgress({ fraction: 0.5, stage: 'rendering' });
      onProgress({ fraction: 0.2, stage: 'rendering' });
      await untilRow(async () => {
        const { stage, progress } = await room.job(job.id);
        seen.push(`${stage} ${progress}`);
        return stage === 'rendering' && progress >= 8;
      });
    });
    await room.runner.run(payload, never);
    expect(seen.at(-1)).toMatch(/^rendering (?:8|50)$/);
    const { version } = await room.job(job.id);
    expect(version).toBeGreaterThan(3);
  });

  it('renders a message once that the queue delivers again', async () => {
    const { job, userId, payload } = await room.submitted();
    await room.runner.run(payload, never);
    await expect(room.runner.run(payload, never)).resolves.toBe('void');
    expect(room.renderer.requests).toHaveLength(1);
    expect(room.products).toHaveLength(2);
    await expect(room.mails(userId)).resolves.toHaveLength(1);
    expect((await room.job(job.id)).attempt).toBe(1);
  });

  it('lets another attempt complete what a dead worker left, with one mail and one video', async () => {
    const { job, userId, payload } = await room.submitted();
    const dead = Promise.withResolvers<undefined>();
    const started = Promise.withResolvers<undefined>();
    // The first worker hangs, as one that was cut off from the rest; the queue gives the job to a second one.
    room.renderer.next(async () => {
      started.resolve(undefined);
      await dead.promise;
    });
    const first = room.runner.run(payload, never);
    await started.promise;
    await expect(room.runner.run(payload, never)).resolves.toBe('completed');
    // The first one wakes up and finishes too late.
    dead.resolve(undefined);
    await expect(first).resolves.toBe('lost');
    expect(await room.job(job.id)).toMatchObject({ status: 'completed', attempt: 2 });
    expect(room.products).toEqual([`thumbnails/${job.id}/1-2.jpg`, `videos/${job.id}/1-2.mp4`]);
    await expect(room.mails(userId)).resolves.toEqual(['render_completed']);
    await expect(room.leftovers()).resolves.toEqual([]);
  });

  it('puts whatever is logged during the render under the render job, beside the job of the queue', async () => {
    const { job, payload } = await room.submitted();
    const seen: unknown[] = [];
    room.renderer.next(async () => {
      seen.push(room.context.jobId, room.context.queueJobId);
    });
    await room.context.run({ queueJobId: 'queue-job' }, async () => await room.runner.run(payload, never));
    expect(seen).toEqual([job.id, 'queue-job']);
  });

  it('asks the queue for another attempt after a passing failure, and keeps the credit meanwhile', async () => {
    const { job, userId, payload } = await room.submitted();
    room.renderer.next(fail(new RenderingError('FFMPEG_ERROR')));
    await expect(room.runner.run(payload, never)).rejects.toMatchObject({ code: 'FFMPEG_ERROR' });
    expect(await room.job(job.id)).toMatchObject({ status: 'queued', attempt: 1, progress: 0, runToken: null });
    await expect(room.paymentStatus(job.paymentId)).resolves.toBe('consumed');
    await expect(room.runner.run(payload, never)).resolves.toBe('completed');
    expect((await room.job(job.id)).attempt).toBe(2);
    await expect(room.mails(userId)).resolves.toEqual(['render_completed']);
  });

  it('gives the credit back and says why after the third failure', async () => {
    const { job, userId, payload } = await room.submitted();
    for (let attempt = 1; attempt <= 3; attempt += 1) room.renderer.next(fail(new RenderingError('FFMPEG_ERROR')));
    await expect(room.runner.run(payload, never)).rejects.toBeInstanceOf(ApiError);
    await expect(room.runner.run(payload, never)).rejects.toBeInstanceOf(ApiError);
    await expect(room.runner.run(payload, never)).resolves.toBe('failed');
    const failed = await room.job(job.id);
    expect(failed).toMatchObject({ status: 'failed', attempt: 3, error: { code: 'FFMPEG_ERROR', recoverable: true } });
    await expect(room.paymentStatus(job.paymentId)).resolves.toBe('completed');
    await expect(room.mails(userId)).resolves.toEqual(['render_failed']);
    expect(room.products).toEqual([]);
    expect(room.captured).toHaveLength(1);
    expect(room.captured[0]).toMatchObject({
      error: { code: 'FFMPEG_ERROR' },
      context: { kind: 'job', jobId: job.id },
    });
  });

  it('makes as many attempts as the settings allow', async () => {
    await room.close();
    const rendering = { ...DEFAULT_RESILIENCE.rendering, attempts: 1 };
    room = await RenderingRoom.open({ resilience: { rendering } });
    const { job, payload } = await room.submitted();
    room.renderer.next(fail(new RenderingError('FFMPEG_ERROR')));
    await expect(room.runner.run(payload, never)).resolves.toBe('failed');
    expect(await room.job(job.id)).toMatchObject({ status: 'failed', attempt: 1 });
  });

  it('fails at once when the decoder refuses the track', async () => {
    const { job, userId, payload } = await room.submitted();
    room.inspector.finding = () => {
      throw new FileValidationError('AUDIO_CORRUPT');
    };
    await expect(room.runner.run(payload, never)).resolves.toBe('failed');
    expect(await room.job(job.id)).toMatchObject({ status: 'failed', attempt: 1, error: { code: 'AUDIO_CORRUPT' } });
    await expect(room.paymentStatus(job.paymentId)).resolves.toBe('completed');
    await expect(room.mails(userId)).resolves.toEqual(['render_failed']);
    expect(room.renderer.requests).toHaveLength(0);
  });

  it('fails a job for good whose worker died at every attempt', async () => {
    const { job, userId, payload } = await room.submitted();
    const started: (() => void)[] = [];
    const runs: Promise<unknown>[] = [];
    const stop = new AbortController();
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const { promise, resolve } = Promise.withResolvers<void>();
      started.push(resolve);
      room.renderer.next(untilAborted(resolve));
      runs.push(room.runner.run(payload, stop.signal));
      await promise;
    }
    await expect(room.runner.run(payload, never)).resolves.toBe('failed');
    stop.abort(new JobHandedBack());
    await Promise.allSettled(runs);
    expect(await room.job(job.id)).toMatchObject({ status: 'failed', error: { code: 'RENDERING_RESOURCE_ERROR' } });
    await expect(room.paymentStatus(job.paymentId)).resolves.toBe('completed');
    await expect(room.mails(userId)).resolves.toEqual(['render_failed']);
  });

  it.each(['RENDERING_UNAVAILABLE', 'STORAGE_QUOTA_EXCEEDED'] as const)(
    'keeps place and attempts when refused with %s',
    async (code) => {
      const { job, payload } = await room.submitted();
      for (let delivery = 1; delivery <= 4; delivery += 1) {
        room.renderer.next(fail(new ApiError(code)));
        await expect(room.runner.run(payload, never)).rejects.toMatchObject({ name: 'JobPostponed', reason: { code } });
      }
      expect(await room.job(job.id)).toMatchObject({ status: 'queued', attempt: 0, queuedAt: job.queuedAt });
      await expect(room.runner.run(payload, never)).resolves.toBe('completed');
    },
  );

  it.each(['GCS_UNAVAILABLE', 'GCS_AUTH_ERROR', 'STORAGE_OBJECT_ELSEWHERE', 'DATABASE_TIMEOUT'] as const)(
    'waits for its track as long as storage answers %s',
    async (code) => {
      const { job, payload } = await room.submitted();
      const fetchToFile = room.storage.fetchToFile.bind(room.storage);
      room.storage.fetchToFile = fail(new ApiError(code));
      for (let delivery = 1; delivery <= 4; delivery += 1) {
        await expect(room.runner.run(payload, never)).rejects.toMatchObject({ name: 'JobPostponed', reason: { code } });
      }
      expect(await room.job(job.id)).toMatchObject({ status: 'queued', attempt: 0 });
      await expect(room.paymentStatus(job.paymentId)).resolves.toBe('consumed');
      room.storage.fetchToFile = fetchToFile;
      await expect(room.runner.run(payload, never)).resolves.toBe('completed');
    },
  );

  it('hands the job back at a shutdown without spending an attempt', async () => {
    const { job, payload } = await room.submitted();
    const shutdown = new AbortController();
    const reason = new JobHandedBack();
    room.renderer.next(
      untilAborted(() => {
        shutdown.abort(reason);
      }),
    );
    await expect(room.runner.run(payload, shutdown.signal)).rejects.toBe(reason);
    expect(await room.job(job.id)).toMatchObject({ status: 'queued', attempt: 0, stage: null, runToken: null });
    await expect(room.leftovers()).resolves.toEqual([]);
    await expect(room.runner.run(payload, never)).resolves.toBe('completed');
  });

  it('ends the running render of a job that is cancelled, and gives the credit back once', async () => {
    const { job, userId, payload } = await room.submitted();
    const started = Promise.withResolvers<void>();
    room.renderer.next(untilAborted(started.resolve));
    const run = room.runner.run(payload, never);
    await started.promise;
    const [first, second] = await Promise.all([room.intake.cancel(userId, job.id), room.intake.cancel(userId, job.id)]);
    expect([first.status, second.status]).toEqual(['cancelled', 'cancelled']);
    await expect(run).resolves.toBe('lost');
    expect(await room.job(job.id)).toMatchObject({ status: 'cancelled', runToken: null });
    await expect(room.paymentStatus(job.paymentId)).resolves.toBe('completed');
    expect(room.products).toEqual([]);
    await expect(room.mails(userId)).resolves.toEqual([]);
    await expect(room.leftovers()).resolves.toEqual([]);
  });

  it('removes the stored video when the cancellation came between storing and completing', async () => {
    const { job, userId, payload } = await room.submitted();
    room.storage.whileStoring = async ({ kind }) => {
      if (kind === 'thumbnail') await room.intake.cancel(userId, job.id);
    };
    await expect(room.runner.run(payload, never)).resolves.toBe('lost');
    expect(room.products).toEqual([]);
    expect((await room.job(job.id)).status).toBe('cancelled');
  });

  it('removes what a dead attempt had stored, and was storing, when the next one begins', async () => {
    const { job, payload } = await room.submitted();
    const dead = Promise.withResolvers<undefined>();
    const storing = Promise.withResolvers<undefined>();
    let uploads = 0;
    room.storage.whileStoring = async ({ kind }) => {
      if (kind !== 'thumbnail') return;
      uploads += 1;
      if (uploads > 1) return;
      storing.resolve(undefined);
      await dead.promise;
    };
    const first = room.runner.run(payload, never);
    await storing.promise;
    expect(room.products).toEqual([`thumbnails/${job.id}/1-1.jpg`, `videos/${job.id}/1-1.mp4`]);
    await expect(room.runner.run(payload, never)).resolves.toBe('completed');
    expect(room.products).toEqual([`thumbnails/${job.id}/1-2.jpg`, `videos/${job.id}/1-2.mp4`]);
    // Should it have been alive after all, it learns that its thumbnail is gone.
    dead.resolve(undefined);
    await expect(first).resolves.toBe('lost');
    expect(room.products).toEqual([`thumbnails/${job.id}/1-2.jpg`, `videos/${job.id}/1-2.mp4`]);
  });

  it('removes the video when the thumbnail cannot be stored', async () => {
    const { payload } = await room.submitted();
    room.storage.whileStoring = ({ kind }) => {
      if (kind === 'thumbnail') throw new StorageError('STORAGE_ERROR');
    };
    await expect(room.runner.run(payload, never)).rejects.toMatchObject({ code: 'STORAGE_ERROR' });
    expect(room.products).toEqual([]);
  });

  it('ignores messages of an older generation', async () => {
    const { job, userId, payload } = await room.submitted();
    room.inspector.finding = () => {
      throw new FileValidationError('AUDIO_CORRUPT');
    };
    await room.runner.run(payload, never);
    await room.intake.restart(userId, job.id);
    await expect(room.runner.run(payload, never)).resolves.toBe('void');
    await expect(room.runner.run({ ...payload, generation: 2 }, never)).resolves.toBe('failed');
    await expect(room.mails(userId)).resolves.toEqual(['render_failed', 'render_failed']);
  });

  it('commits a finished video once although the answer to the commit was lost', async () => {
    const { job, userId, payload } = await room.submitted();
    const completed = room.outcomes.completed.bind(room.outcomes);
    let calls = 0;
    room.outcomes.completed = async (...args) => {
      const answer = await completed(...args);
      calls += 1;
      if (calls === 1) throw new DatabaseError('DATABASE_CONNECTION_ERROR');
      return answer;
    };
    await expect(room.runner.run(payload, never)).resolves.toBe('completed');
    expect(room.products).toHaveLength(2);
    expect((await room.job(job.id)).status).toBe('completed');
    await expect(room.mails(userId)).resolves.toEqual(['render_completed']);
  });

  it('ends a job whose message the queue has given up', async () => {
    const { job, payload } = await room.submitted();
    await room.runner.bury(payload);
    await room.runner.bury(payload);
    expect((await room.job(job.id)).status).toBe('failed');
    await expect(room.paymentStatus(job.paymentId)).resolves.toBe('completed');
    expect(room.captured).toHaveLength(1);
  });
});

function fail(error: Error): () => Promise<never> {
  return async () => {
    throw error;
  };
}

async function untilRow(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise(setImmediate);
}
