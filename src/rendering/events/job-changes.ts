import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Database } from '../../platform/database/index.js';
import { RenderJob } from '../entities/render-job.entity.js';

/** How often the rows that somebody watches are looked at; a cancellation or a step of progress is seen this late at most. */
const POLL_INTERVAL_MS = 500;

export interface JobWatcher {
  /** Called with the newest row each time its version has changed; intermediate versions may be skipped. */
  readonly changed: (job: RenderJob) => void;
}

interface Watch {
  version: number;
  readonly watcher: JobWatcher;
}

/**
 * Tells watchers in this process when a job's row has changed, whichever process changed it. However many watch, it is one query
 * for each interval, and none while nobody does. Polling by version rather than LISTEN/NOTIFY: it holds no connection of its
 * own, misses nothing across an outage, and works through a connection pooler.
 */
@Injectable()
export class JobChanges implements OnApplicationShutdown {
  private readonly logger = new Logger(JobChanges.name);
  private readonly watches = new Map<string, Set<Watch>>();
  private timer: NodeJS.Timeout | null = null;
  private polling: Promise<void> | null = null;
  private stopped = false;
  private failing = false;

  constructor(private readonly database: Database) {}

  /**
   * @param version - the version the watcher has already seen
   * @returns ends the watch
   */
  watch(jobId: string, version: number, watcher: JobWatcher): () => void {
    const watch: Watch = { version, watcher };
    const watches = this.watches.get(jobId) ?? new Set<Watch>();
    this.watches.set(jobId, watches.add(watch));
    this.schedule();
    return () => {
      watches.delete(watch);
      if (watches.size === 0 && this.watches.get(jobId) === watches) this.watches.delete(jobId);
    };
  }

  /** Looks at the watched rows once. Never rejects: while the database is away there is nothing to tell. */
  async poll(): Promise<void> {
    this.polling ??= this.look().finally(() => {
      this.polling = null;
    });
    await this.polling;
  }

  /** Late in the shutdown: renders that still run until then must learn of a cancellation. */
  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.watches.clear();
    await this.polling;
  }

  private schedule(): void {
    if (this.timer !== null || this.stopped) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.poll().then(() => {
        if (this.watches.size > 0) this.schedule();
      });
    }, POLL_INTERVAL_MS);
    this.timer.unref();
  }

  private async look(): Promise<void> {
    const seen = [...this.watches].map(([id, watches]) => ({
      id,
      version: Math.min(...[...watches].map((watch) => watch.version)),
    }));
    if (seen.length === 0) return;
    try {
      const changed = await this.database.manager
        .createQueryBuilder(RenderJob, 'job')
        .where(
          `EXISTS (SELECT 1 FROM unnest(:ids::uuid[], :versions::int[]) AS seen (id, version)
                    WHERE seen.id = job.id AND seen.version < job.version)`,
          { ids: seen.map(({ id }) => id), versions: seen.map(({ version }) => version) },
        )
        .getMany();
      this.failing = false;
      for (const job of changed) this.tell(job);
    } catch (err) {
      // Watchers learn of everything once the database is back; one line for each outage is enough.
      if (!this.failing) this.logger.warn({ msg: 'cannot look for changed jobs', err });
      this.failing = true;
    }
  }

  private tell(job: RenderJob): void {
    for (const watch of this.watches.get(job.id) ?? []) {
      if (job.version <= watch.version) continue;
      watch.version = job.version;
      try {
        watch.watcher.changed(job);
      } catch (err) {
        this.logger.error({ msg: 'a watcher of a job failed', err, job_id: job.id });
      }
    }
  }
}
