import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/index.js';
import { CLOCK, type Clock } from '../../platform/time/index.js';
import { COUNT_UNITS, startOf } from './count-units.js';

const HOURS = 24;

/** Errors of a group in each hour (UTC) of the last 24, oldest first; the last hour is not over yet. */
export type DayCourse = readonly number[];

interface HourRow {
  readonly group_id: string;
  readonly at: Date;
  readonly count: string;
}

/** How groups did over a day, for a page of them at once. */
@Injectable()
export class GroupCourses {
  constructor(
    private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * One query, which looks up each hour of each group in the primary key: what it costs does not depend on how many groups there are.
   *
   * @returns the course of every group that was asked for
   * @throws ApiError `DATABASE_*`
   */
  async lastDay(groupIds: readonly string[]): Promise<ReadonlyMap<string, DayCourse>> {
    const courses = new Map(groupIds.map((id) => [id, Array.from({ length: HOURS }, () => 0)]));
    if (groupIds.length === 0) return courses;
    const { lengthMs } = COUNT_UNITS.hour;
    const firstMs = startOf('hour', this.clock.now().getTime()) - (HOURS - 1) * lengthMs;
    const hours = Array.from({ length: HOURS }, (_, index) => new Date(firstMs + index * lengthMs));
    const rows = await this.database.read(
      async (manager) =>
        await manager.query<HourRow[]>(
          `SELECT group_id, at, sum(count) AS count FROM error_counts_hour
           WHERE at = ANY($1::timestamptz[]) AND group_id = ANY($2::uuid[]) GROUP BY group_id, at`,
          [hours, groupIds],
        ),
    );
    for (const { group_id: id, at, count } of rows) {
      const course = courses.get(id);
      if (course !== undefined) course[(at.getTime() - firstMs) / lengthMs] = Number(count);
    }
    return courses;
  }
}
