import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/index.js';
import type { ErrorLevel } from '../../platform/errors/index.js';
import { CLOCK, type Clock } from '../../platform/time/index.js';
import { ParameterList, selectErrorCounts } from './count-queries.js';
import { COUNT_UNITS, type CountRange, type CountUnit, coverWindow, startOf } from './count-units.js';
import type { CountFilter } from './error-counts.port.js';

const HOUR_MS = 3_600_000;
const TOP_PATTERNS = 20;
const TOP_GROUPS = 20;

export interface SeriesPoint {
  readonly at: Date;
  readonly count: number;
}

export interface GroupCount {
  readonly groupId: string;
  readonly count: number;
}

/** Everything that one window of time says. Lists are ordered by count, the greatest first. */
export interface ErrorStatisticsResult {
  readonly from: Date;
  readonly to: Date;
  readonly totalErrors: number;
  readonly previousErrors: number;
  /** Change against the window before as a ratio: 0.5 is half as many again; null where there was none before. */
  readonly trend: number | null;
  readonly types: readonly { readonly code: string; readonly count: number }[];
  /** The 20 most frequent pairs of endpoint and code. */
  readonly patterns: readonly { readonly endpoint: string; readonly code: string; readonly count: number }[];
  readonly services: readonly { readonly service: string | null; readonly count: number }[];
  readonly releases: readonly { readonly release: string; readonly count: number }[];
  readonly levels: readonly { readonly level: ErrorLevel; readonly count: number }[];
  /** The 20 most frequent groups. */
  readonly groups: readonly GroupCount[];
  /** One point for each unit of time, those without errors included. */
  readonly series: { readonly unit: CountUnit; readonly points: readonly SeriesPoint[] };
}

/** One row of the query with grouping sets: what it is a sum of says `kind`. */
interface SumRow {
  readonly kind: number;
  readonly code: string | null;
  readonly endpoint: string | null;
  readonly service: string | null;
  readonly release: string | null;
  readonly level: ErrorLevel | null;
  readonly group_id: string | null;
  readonly bucket: Date | null;
  readonly count: string;
}

/** Bits of `GROUPING(code, endpoint, service, release, level, group_id, bucket)`: zero where the column counts. */
const KIND = {
  type: 0b0111111,
  pattern: 0b0011111,
  service: 0b1101111,
  release: 0b1110111,
  level: 0b1111011,
  group: 0b1111101,
  bucket: 0b1111110,
  total: 0b1111111,
} as const;

/** Sums over the counters of all processes, ignored groups included: they happened. */
@Injectable()
export class ErrorStatistics {
  constructor(
    private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * What happened in the half-open window [from, to), and how that compares with the window of the same length before it.
   * @throws ApiError `DATABASE_*`
   */
  async window(from: Date, to: Date, filter: CountFilter = {}): Promise<ErrorStatisticsResult> {
    const unit = seriesUnit(to.getTime() - from.getTime());
    const ranges = this.cover(from.getTime(), to.getTime(), unit);
    const rows = await this.sums(ranges, unit, filter);
    const total = Number(rows.find(({ kind }) => kind === KIND.total)?.count ?? 0);
    const previous = await this.total(2 * from.getTime() - to.getTime(), from.getTime(), filter);
    return {
      from,
      to,
      totalErrors: total,
      previousErrors: previous,
      trend: previous === 0 ? null : (total - previous) / previous,
      types: pick(rows, KIND.type, ({ code }) => ({ code: code ?? '' })),
      patterns: pick(rows, KIND.pattern, ({ endpoint, code }) => ({
        endpoint: endpoint ?? '',
        code: code ?? '',
      })).slice(0, TOP_PATTERNS),
      services: pick(rows, KIND.service, ({ service }) => ({ service: service === '' ? null : service })),
      releases: pick(rows, KIND.release, ({ release }) => ({ release: release ?? '' })),
      levels: pick(rows, KIND.level, ({ level }) => ({ level: level ?? 'error' })),
      groups: pick(rows, KIND.group, ({ group_id }) => ({ groupId: group_id ?? '' })).slice(0, TOP_GROUPS),
      series: { unit, points: seriesOf(rows, ranges, unit) },
    };
  }

  private async sums(ranges: readonly CountRange[], unit: CountUnit, filter: CountFilter): Promise<readonly SumRow[]> {
    const parameters = new ParameterList();
    const columns = `code, endpoint, service, release, level, group_id, date_trunc('${unit}', at, 'UTC') AS bucket, count`;
    const counted = selectErrorCounts(ranges, columns, filter, parameters);
    return await this.query<SumRow>(
      `SELECT GROUPING(code, endpoint, service, release, level, group_id, bucket) AS kind,
              code, endpoint, service, release, level, group_id, bucket, sum(count) AS count
       FROM (${counted}) AS counted
       GROUP BY GROUPING SETS ((code), (code, endpoint), (service), (release), (level), (group_id), (bucket), ())`,
      parameters,
    );
  }

  private async total(fromMs: number, toMs: number, filter: CountFilter): Promise<number> {
    const parameters = new ParameterList();
    const counted = selectErrorCounts(coverWindow(fromMs, toMs, this.nowMs), 'count', filter, parameters);
    const rows = await this.query<{ total: string }>(
      `SELECT coalesce(sum(count), 0) AS total FROM (${counted}) AS counted`,
      parameters,
    );
    return Number(rows[0]?.total ?? 0);
  }

  /** Nothing coarser than the points of the series, which could not be told apart otherwise. */
  private cover(fromMs: number, toMs: number, unit: CountUnit): readonly CountRange[] {
    const all = Object.keys(COUNT_UNITS) as CountUnit[];
    return coverWindow(fromMs, toMs, this.nowMs, all.slice(0, all.indexOf(unit) + 1));
  }

  private get nowMs(): number {
    return this.clock.now().getTime();
  }

  private async query<Row>(sql: string, { values }: ParameterList): Promise<readonly Row[]> {
    return await this.database.read(async (manager) => await manager.query<Row[]>(sql, values));
  }
}

/** Some 180 points at the most. */
function seriesUnit(windowMs: number): CountUnit {
  if (windowMs <= 3 * HOUR_MS) return 'minute';
  return windowMs <= 7 * 24 * HOUR_MS ? 'hour' : 'day';
}

function pick<T extends object>(
  rows: readonly SumRow[],
  kind: number,
  shape: (row: SumRow) => T,
): readonly (T & { readonly count: number })[] {
  return rows
    .filter((row) => row.kind === kind)
    .map((row) => Object.assign(shape(row), { count: Number(row.count) }))
    .toSorted((a, b) => b.count - a.count);
}

function seriesOf(rows: readonly SumRow[], ranges: readonly CountRange[], unit: CountUnit): readonly SeriesPoint[] {
  const counts = new Map(
    rows.filter(({ kind }) => kind === KIND.bucket).map(({ bucket, count }) => [bucket?.getTime(), Number(count)]),
  );
  const [first, last] = [ranges[0], ranges.at(-1)];
  if (first === undefined || last === undefined) return [];
  const points: SeriesPoint[] = [];
  for (let at = startOf(unit, first.fromMs); at < last.toMs; at += COUNT_UNITS[unit].lengthMs) {
    points.push({ at: new Date(at), count: counts.get(at) ?? 0 });
  }
  return points;
}
