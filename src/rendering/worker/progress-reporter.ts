import { Logger } from '@nestjs/common';
import type { Clock } from '../../platform/time/index.js';
import type { RenderStage } from '../jobs/render-job-status.js';
import type { AttemptRows, HeldJob } from './attempt-rows.js';

/** Two writes a second are as much as anybody can watch. */
const MIN_INTERVAL_MS = 500;
const HEARTBEAT_INTERVAL_MS = 5_000;

interface Step {
  readonly stage: RenderStage;
  readonly progress: number;
}

/** Keeps the row of a running attempt up to date: one write at a time, the newest step only, and a sign of life while nothing moves. */
export class ProgressReporter {
  private readonly logger = new Logger(ProgressReporter.name);
  private readonly heartbeat: NodeJS.Timeout;
  private written: Step = { stage: 'fetching', progress: 0 };
  private latest: Step = this.written;
  private writtenAtMs: number;
  private writing: Promise<void> | null = null;
  private closed = false;

  /** @param lost - called when the row turns out to belong to somebody else */
  constructor(
    private readonly rows: AttemptRows,
    private readonly held: HeldJob,
    private readonly clock: Clock,
    private readonly lost: () => void,
  ) {
    this.writtenAtMs = clock.monotonicMs();
    this.heartbeat = setInterval(() => {
      this.write();
    }, HEARTBEAT_INTERVAL_MS);
    this.heartbeat.unref();
  }

  /** @param progress - percent, 0–100; the row never goes back within an attempt */
  report(stage: RenderStage, progress: number): void {
    const percent = Math.max(this.latest.progress, Math.min(99, Math.floor(progress)));
    this.latest = { stage, progress: percent };
    const due = this.clock.monotonicMs() - this.writtenAtMs >= MIN_INTERVAL_MS;
    if (stage !== this.written.stage || (due && percent !== this.written.progress)) this.write();
  }

  /** Ends reporting; resolves when no write is under way any more. */
  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.heartbeat);
    await this.writing;
  }

  private write(): void {
    if (this.writing !== null || this.closed) return;
    this.writing = this.writeLatest().finally(() => {
      this.writing = null;
      // A new stage that arrived meanwhile does not wait for the next report.
      if (this.latest.stage !== this.written.stage) this.write();
    });
  }

  private async writeLatest(): Promise<void> {
    const step = this.latest;
    const unchanged = step.stage === this.written.stage && step.progress === this.written.progress;
    this.writtenAtMs = this.clock.monotonicMs();
    this.written = step;
    try {
      const held = unchanged
        ? await this.rows.heartbeat(this.held)
        : await this.rows.progress(this.held, step.stage, step.progress);
      if (!held) this.lost();
    } catch (err) {
      // A render outlives a database that is away for a moment; the next report or heartbeat writes again.
      this.logger.warn({ msg: 'could not write the progress of a render', err, job_id: this.held.job.id });
    }
  }
}
