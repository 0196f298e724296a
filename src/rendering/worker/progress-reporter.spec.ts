import { ManualClock } from '../../platform/time/manual-clock.js';
import type { RenderStage } from '../jobs/render-job-status.js';
import type { AttemptRows, HeldJob } from './attempt-rows.js';
import { ProgressReporter } from './progress-reporter.js';

const timers = import.meta.jest;

/** The row of an attempt, written when the test lets it. */
class FakeRows {
  readonly writes: string[] = [];
  held = true;
  failure: Error | null = null;
  private release: (() => void) | null = null;

  async progress(_held: HeldJob, stage: RenderStage, progress: number): Promise<boolean> {
    return await this.write(`${stage} ${progress}`);
  }

  async heartbeat(): Promise<boolean> {
    return await this.write('heartbeat');
  }

  /** Lets the write that is under way end. */
  async settle(): Promise<void> {
    this.release?.();
    this.release = null;
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  }

  private async write(what: string): Promise<boolean> {
    this.writes.push(what);
    await new Promise<void>((resolve) => {
      this.release = resolve;
    });
    if (this.failure !== null) throw this.failure;
    return this.held;
  }
}

describe('ProgressReporter', () => {
  let rows: FakeRows;
  let clock: ManualClock;
  let lost: number;
  let reporter: ProgressReporter;

  beforeEach(() => {
    timers.useFakeTimers();
    rows = new FakeRows();
    clock = new ManualClock();
    lost = 0;
    const held = { job: { id: 'job' }, runToken: 'token' } as unknown as HeldJob;
    reporter = new ProgressReporter(rows as unknown as AttemptRows, held, clock, () => {
      lost += 1;
    });
  });

  afterEach(async () => {
    const closing = reporter.close();
    await rows.settle();
    await closing;
    timers.useRealTimers();
  });

  it('writes a new stage at once and steps of a stage at most twice a second', async () => {
    reporter.report('rendering', 8);
    await rows.settle();
    for (let step = 9; step < 20; step += 1) {
      clock.advance(100);
      reporter.report('rendering', step);
      await rows.settle();
    }
    expect(rows.writes).toEqual(['rendering 8', 'rendering 13', 'rendering 18']);
  });

  it('has one write under way at a time and then writes the newest stage', async () => {
    reporter.report('analysing', 4);
    reporter.report('rendering', 8);
    reporter.report('storing', 92);
    expect(rows.writes).toEqual(['analysing 4']);
    await rows.settle();
    expect(rows.writes).toEqual(['analysing 4', 'storing 92']);
  });

  it('never goes back, and leaves 100 to the completion', async () => {
    reporter.report('rendering', 50.9);
    await rows.settle();
    clock.advance(1_000);
    reporter.report('rendering', 20);
    reporter.report('storing', 120);
    await rows.settle();
    expect(rows.writes).toEqual(['rendering 50', 'storing 99']);
  });

  it('gives a sign of life while nothing moves', async () => {
    timers.advanceTimersByTime(5_000);
    await rows.settle();
    timers.advanceTimersByTime(5_000);
    await rows.settle();
    expect(rows.writes).toEqual(['heartbeat', 'heartbeat']);
  });

  it('writes with the heartbeat what came too soon after the last write', async () => {
    reporter.report('rendering', 8);
    await rows.settle();
    reporter.report('rendering', 9);
    timers.advanceTimersByTime(5_000);
    await rows.settle();
    expect(rows.writes).toEqual(['rendering 8', 'rendering 9']);
  });

  it('says so when the row belongs to somebody else', async () => {
    rows.held = false;
    reporter.report('rendering', 8);
    await rows.settle();
    expect(lost).toBe(1);
  });

  it('outlives a database that is away', async () => {
    rows.failure = new Error('connection refused');
    reporter.report('rendering', 8);
    await rows.settle();
    rows.failure = null;
    clock.advance(1_000);
    reporter.report('rendering', 9);
    await rows.settle();
    expect(rows.writes).toEqual(['rendering 8', 'rendering 9']);
    expect(lost).toBe(0);
  });

  it('writes nothing any more once closed', async () => {
    await reporter.close();
    reporter.report('storing', 95);
    timers.advanceTimersByTime(60_000);
    expect(rows.writes).toEqual([]);
  });
});
