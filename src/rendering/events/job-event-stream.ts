import { PassThrough } from 'node:stream';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { RenderJob } from '../entities/render-job.entity.js';
import { isFinal } from '../jobs/render-job-status.js';
import { renderJobView } from '../jobs/render-job-view.js';
import { RenderJobs } from '../jobs/render-jobs.js';
import { JobChanges } from './job-changes.js';

/** Less than the time after which common proxies close a silent connection. */
const HEARTBEAT_INTERVAL_MS = 15_000;
/** What the browser waits before it connects again. */
const RECONNECT_MS = 2_000;

/**
 * Server-sent events about jobs (WHATWG HTML, "Server-sent events"): the job as status shows it, at once and on each change,
 * until it is final. The event id is the row's version.
 */
@Injectable()
export class JobEventStreams implements OnModuleDestroy {
  private readonly open = new Set<() => void>();

  constructor(
    private readonly changes: JobChanges,
    private readonly jobs: RenderJobs,
  ) {}

  /** Streams that are open in this process. */
  get openCount(): number {
    return this.open.size;
  }

  /**
   * @param job - as just read
   * @param lastEventId - the version the client has already seen, from its `Last-Event-ID`
   * @returns null when the client has seen the end of it: answered with 204, which tells a browser not to come again
   */
  stream(job: RenderJob, lastEventId: string | undefined): PassThrough | null {
    const seen = /^\d{1,9}$/.test(lastEventId ?? '') ? Number(lastEventId) : 0;
    if (isFinal(job.status) && seen >= job.version) return null;
    const output = new PassThrough();
    const connection = new JobConnection(output, this.jobs, () => {
      stop();
    });
    const unwatch = this.changes.watch(job.id, job.version, {
      changed: (row) => {
        connection.show(row);
      },
    });
    const heartbeat = setInterval(() => {
      connection.comment('heartbeat');
    }, HEARTBEAT_INTERVAL_MS);
    heartbeat.unref();
    const stop = (): void => {
      unwatch();
      clearInterval(heartbeat);
      this.open.delete(stop);
      output.end();
    };
    this.open.add(stop);
    // The client went away, or the response is over.
    output.once('close', stop);
    output.on('error', stop);
    output.write(`retry: ${RECONNECT_MS}\n\n`);
    if (seen < job.version) connection.show(job);
    return output;
  }

  /** A stream never ends by itself while its job runs, and would hold up the shutdown; clients come back elsewhere. */
  onModuleDestroy(): void {
    for (const stop of this.open) stop();
  }
}

/** One client. A slow one skips what it could not take in time and gets the newest state when it can. */
class JobConnection {
  private pending: RenderJob | null = null;
  private busy = false;

  constructor(
    private readonly output: PassThrough,
    private readonly jobs: RenderJobs,
    private readonly end: () => void,
  ) {}

  show(job: RenderJob): void {
    this.pending = job;
    if (this.busy) return;
    this.busy = true;
    void this.drain().finally(() => {
      this.busy = false;
    });
  }

  comment(text: string): void {
    if (!this.output.writableNeedDrain && this.output.writable) this.output.write(`: ${text}\n\n`);
  }

  private async drain(): Promise<void> {
    for (let job = this.take(); job !== null; job = this.take()) {
      const view = await this.viewOf(job);
      if (!this.output.writable) return;
      const data = JSON.stringify({ job: view });
      if (!this.output.write(`id: ${job.version}\ndata: ${data}\n\n`)) await this.writable();
      if (isFinal(job.status)) this.end();
    }
  }

  /** The job's own state is more urgent than the estimate of its end, which needs the database. */
  private async viewOf(job: RenderJob): Promise<unknown> {
    try {
      return await this.jobs.view(job);
    } catch {
      // The database is away for a moment; the row in hand is still true.
      return renderJobView(job, null);
    }
  }

  private async writable(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.output.once('drain', resolve);
      this.output.once('close', resolve);
    });
  }

  private take(): RenderJob | null {
    const job = this.pending;
    this.pending = null;
    return job;
  }
}
