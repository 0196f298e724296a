import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Database } from '../../platform/database/index.js';
import { defineQueue, JobQueue, JobWorkers } from '../../platform/jobs/index.js';
import { CLOCK, type Clock } from '../../platform/time/index.js';
import { COUNT_UNITS, type CountUnit, REQUEST_UNITS } from './count-units.js';

const DAY_MS = 86_400_000;
/** Sample events. */
const EVENTS_KEPT_MS = 30 * DAY_MS;
/** Stories of requests: many more rows than errors, and nobody asks for one after weeks. */
const STEPS_KEPT_MS = 7 * DAY_MS;
/** Groups that nobody has seen for so long, and what is known of processes that have written. */
const GROUPS_KEPT_MS = COUNT_UNITS.day.keptMs;
/** Rows that one statement deletes: some milliseconds, so that nobody waits for its locks. */
const BATCH = 5_000;

/** One unit of the next coarser kind is kept besides, because a window's edge is put together from whole ones. */
const MARGIN_MS = { second: 60_000, minute: 3_600_000, hour: DAY_MS, day: 0 } as const satisfies Record<
  CountUnit,
  number
>;

const MONITORING_RETENTION_QUEUE = defineQueue<Readonly<Record<string, never>>>({
  name: 'monitoring-retention',
  retryLimit: 1,
  heartbeatSeconds: 60,
  uniqueness: 'queued_or_active',
});
const EVERY_TEN_MINUTES = '*/10 * * * *';

/** Removes counters, events and groups that have had their time, on one instance, in small batches. */
@Injectable()
export class MonitoringRetention implements OnModuleInit {
  private readonly logger = new Logger(MonitoringRetention.name);

  constructor(
    private readonly database: Database,
    private readonly workers: JobWorkers,
    private readonly queue: JobQueue,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.workers.register(MONITORING_RETENTION_QUEUE, { concurrency: 1 }, async ({ signal }) => {
      await this.run(signal);
    });
    await this.queue.schedule(MONITORING_RETENTION_QUEUE, EVERY_TEN_MINUTES);
  }

  /**
   * @returns rows removed
   * @throws ApiError `DATABASE_*`
   */
  async run(signal: AbortSignal): Promise<number> {
    let removed = 0;
    for (const unit of Object.keys(COUNT_UNITS) as CountUnit[]) {
      const ageMs = COUNT_UNITS[unit].keptMs + MARGIN_MS[unit];
      removed += await this.removeOld(`error_counts_${unit}`, 'at', ageMs, signal);
      if (REQUEST_UNITS.some((other) => other === unit)) {
        removed += await this.removeOld(`request_counts_${unit}`, 'at', ageMs, signal);
      }
    }
    removed += await this.removeOld('error_events', 'occurred_at', EVENTS_KEPT_MS, signal);
    removed += await this.removeOld('request_steps', 'at', STEPS_KEPT_MS, signal);
    removed += await this.removeOld('error_writers', 'updated_at', GROUPS_KEPT_MS, signal);
    removed += await this.removeGroups();
    if (removed > 0) this.logger.log({ msg: 'Removed what monitoring need not keep', rows: removed });
    return removed;
  }

  private async removeOld(table: string, column: string, ageMs: number, signal: AbortSignal): Promise<number> {
    const before = this.ago(ageMs);
    let removed = 0;
    for (;;) {
      if (signal.aborted) return removed;
      const count = await this.delete(
        `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
           SELECT ctid FROM ${table} WHERE ${column} < $1 ORDER BY ${column} LIMIT ${BATCH}
         ))`,
        before,
      );
      removed += count;
      if (count < BATCH) return removed;
    }
  }

  private async removeGroups(): Promise<number> {
    return await this.delete(
      `WITH old AS (DELETE FROM error_groups WHERE last_seen_at < $1 RETURNING id),
            users AS (DELETE FROM error_group_users WHERE group_id IN (SELECT id FROM old))
       DELETE FROM error_group_releases WHERE group_id IN (SELECT id FROM old)`,
      this.ago(GROUPS_KEPT_MS),
    );
  }

  private async delete(sql: string, before: Date): Promise<number> {
    const [, count] = await this.database.manager.query<[unknown, number]>(sql, [before]);
    return count;
  }

  private ago(ms: number): Date {
    return new Date(this.clock.now().getTime() - ms);
  }
}
