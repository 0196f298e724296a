import { testConfig } from '../../../src/config/testing.js';
import { newId } from '../../../src/platform/time/index.js';
import { ManualClock } from '../../../src/platform/time/manual-clock.js';
import { RenderJob } from '../../../src/rendering/index.js';
import { ObjectClaims } from '../../../src/rendering/jobs/object-claims.js';
import { RenderEstimates } from '../../../src/rendering/jobs/render-estimates.js';
import { TrackRetention } from '../../../src/rendering/worker/track-retention.js';
import { ObjectReferences } from '../../../src/storage/index.js';
import { RenderingRoom } from './rendering-room.js';

const never = new AbortController().signal;
const HOUR_MS = 3_600_000;

describe('What render jobs keep', () => {
  let room: RenderingRoom;

  beforeEach(async () => {
    room = await RenderingRoom.open();
  });

  afterEach(async () => {
    await room.close();
  });

  const set = async (id: string, change: Partial<Omit<RenderJob, 'config' | 'audio' | 'error'>>): Promise<void> => {
    await room.database.manager.getRepository(RenderJob).update(id, change);
  };

  it('names to storage the objects of jobs that need them, and no others', async () => {
    const references = new ObjectReferences();
    new ObjectClaims(references, room.database).onModuleInit();
    const { job: completed, payload } = await room.submitted();
    await room.runner.run(payload, never);
    const { videoObjectId, thumbnailObjectId } = await room.job(completed.id);
    const { job: cancelled, userId } = await room.submitted();
    const leftover = newId();
    await set(cancelled.id, { videoObjectId: leftover });
    await room.intake.cancel(userId, cancelled.id);
    const asked = [
      completed.audioObjectId,
      videoObjectId,
      thumbnailObjectId,
      cancelled.audioObjectId,
      leftover,
      newId(),
    ];
    const held = await references.referenced(asked.map(String));
    expect(held).toEqual(new Set(asked.slice(0, 4)));
  });

  it('lets go of tracks that no render needs any more', async () => {
    const clock = new ManualClock();
    const nowMs = clock.now().getTime();
    const retention = new TrackRetention(room.database, room.storage.asStorage, testConfig(), clock);
    const days = (count: number): Date => new Date(nowMs - count * 24 * HOUR_MS);
    const make = async (change: Parameters<typeof set>[1]): Promise<RenderJob> => {
      const { job } = await room.submitted();
      await set(job.id, change);
      return await room.job(job.id);
    };
    const kept = [
      await make({ progress: 0 }),
      await make({ status: 'cancelled', completedAt: new Date(nowMs - HOUR_MS / 2) }),
      await make({ status: 'failed', completedAt: days(29) }),
    ];
    const unneeded = [
      await make({ status: 'cancelled', completedAt: days(1) }),
      await make({ status: 'completed', completedAt: days(1), videoObjectId: newId() }),
      await make({ status: 'failed', completedAt: days(31) }),
    ];
    await expect(retention.removeUnneeded(never)).resolves.toBe(3);
    await expect(retention.removeUnneeded(never)).resolves.toBe(0);
    expect(new Set(room.storage.keys.keys())).toEqual(new Set(kept.map(({ audioObjectId }) => audioObjectId)));
    for (const { id } of unneeded) expect((await room.job(id)).audioObjectId).toBeNull();
    const [, , late] = unneeded;
    await expect(room.intake.restart(late?.userId ?? '', late?.id ?? '')).rejects.toMatchObject({
      code: 'JOB_NOT_RETRYABLE',
    });
  });
});

describe('RenderEstimates', () => {
  let room: RenderingRoom;
  let estimates: RenderEstimates;
  let clock: ManualClock;

  beforeEach(async () => {
    room = await RenderingRoom.open();
    clock = new ManualClock();
    estimates = new RenderEstimates(testConfig({ rendering: { concurrency: 1 } }), clock);
  });

  afterEach(async () => {
    await room.close();
  });

  it('goes by the measured speed of the latest renders and by the work that lies ahead', async () => {
    const { manager } = room.database;
    const { job: measured, payload } = await room.submitted();
    await room.runner.run(payload, never);
    // Twelve seconds of video took six: the pace is twice real time.
    expect((await room.job(measured.id)).renderMs).toBe(6_000);
    const { job: first } = await room.submitted();
    const { job: second } = await room.submitted();
    await expect(estimates.queue(manager, first)).resolves.toEqual({ position: 1, estimatedSeconds: 6 + 5 });
    await expect(estimates.queue(manager, second)).resolves.toEqual({ position: 2, estimatedSeconds: 6 + 6 + 5 });
  });

  it('goes by its own pace once a render is well under way, and has nothing to say of one that has ended', async () => {
    const { job } = await room.submitted();
    const running = Object.assign(job, { status: 'processing' as const, progress: 50, startedAt: clock.now() });
    clock.advance(40_000);
    const { manager } = room.database;
    await expect(estimates.completion(manager, running)).resolves.toEqual(new Date(clock.now().getTime() + 40_000));
    await expect(estimates.completion(manager, Object.assign(job, { status: 'failed' as const }))).resolves.toBeNull();
  });
});
