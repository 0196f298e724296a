import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { Client } from 'pg';
import type { Database } from '../../src/platform/database/index.js';

const built = async <T>(path: string): Promise<T> =>
  (await import(new URL(`../../dist/src/${path}.js`, import.meta.url).href)) as T;

const DAY_MS = 86_400_000;

export interface RetentionFigures {
  readonly removed: number;
  readonly durationMs: number;
  /** What writers waited for their inserts meanwhile, in milliseconds. */
  readonly insertsMs: readonly number[];
}

/** Removes the oldest day of events, as the product does, while errors are written one after the other on another connection. */
export async function removeOneDay(url: string, now: Date): Promise<RetentionFigures> {
  const { MonitoringRetention } = await built<
    typeof import('../../src/admin-monitoring/statistics/monitoring-retention.js')
  >('admin-monitoring/statistics/monitoring-retention');
  const { DataSource } = await import('typeorm');
  Logger.overrideLogger(false);
  const dataSource = await new DataSource({ type: 'postgres', url }).initialize();
  const clock = { now: () => new Date(now.getTime() + DAY_MS), monotonicMs: () => performance.now() };
  // Only its work is done here: it registers no queue and no worker.
  const none = {} as never;
  const database = { manager: dataSource.manager } as unknown as Database;
  const retention = new MonitoringRetention(database, none, none, clock);
  const writer = new Writer(url);
  const writing = writer.write(now);
  const startedMs = performance.now();
  const removed = await retention.run(new AbortController().signal);
  const durationMs = performance.now() - startedMs;
  writer.stop();
  await writing;
  await dataSource.destroy();
  return { removed, durationMs, insertsMs: writer.insertsMs };
}

class Writer {
  readonly insertsMs: number[] = [];
  private readonly client: Client;
  private stopped = false;

  constructor(url: string) {
    this.client = new Client({ connectionString: url });
  }

  stop(): void {
    this.stopped = true;
  }

  async write(now: Date): Promise<void> {
    await this.client.connect();
    while (!this.stopped) {
      const startedMs = performance.now();
      await this.client.query(
        `INSERT INTO error_events (id, group_id, occurred_at, level, code, message, instance, release, chain, breadcrumb)
         VALUES ($1, $1, $2, 'info', 'CODE_1', 'written meanwhile', 'bench', '1', '[]', '[]')`,
        [randomUUID(), now],
      );
      await this.client.query(
        `INSERT INTO error_counts_minute (at, group_id, endpoint, service, release, level, code, count)
         SELECT date_trunc('minute', $1::timestamptz), group_id, endpoint, service, release, level, code, 1
         FROM error_counts_minute ORDER BY at DESC LIMIT 1
         ON CONFLICT (at, group_id, endpoint, service, release, level, code) DO UPDATE SET count = error_counts_minute.count + 1`,
        [now],
      );
      this.insertsMs.push(performance.now() - startedMs);
    }
    await this.client.end();
  }
}
