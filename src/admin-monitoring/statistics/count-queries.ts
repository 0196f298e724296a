import type { CountRange } from './count-units.js';
import type { CountFilter } from './error-counts.port.js';

/** SQL with its parameters, which are numbered as they are added. */
export class ParameterList {
  readonly values: unknown[] = [];

  /** @returns the placeholder of the value. */
  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

const FILTER_COLUMNS = { code: 'code', service: 'service', level: 'level', groupId: 'group_id' } as const;

/** One SELECT over the counters of all ranges; `columns` as SQL. Without ranges it selects nothing. */
export function selectErrorCounts(
  ranges: readonly CountRange[],
  columns: string,
  filter: CountFilter,
  parameters: ParameterList,
): string {
  const conditions = Object.entries(FILTER_COLUMNS).flatMap(([key, column]) => {
    const value = filter[key as keyof CountFilter];
    return value === undefined ? [] : [`AND ${column} = ${parameters.add(value)}`];
  });
  return selectRanges('error_counts', ranges, columns, conditions.join(' '), parameters);
}

/** As {@link selectErrorCounts}, of the requests. */
export function selectRequestCounts(ranges: readonly CountRange[], columns: string, parameters: ParameterList): string {
  return selectRanges('request_counts', ranges, columns, '', parameters);
}

/** Groups that are ignored now: their errors concern nobody. `now` is a placeholder. */
export function isIgnored(now: string): string {
  return `state = 'ignored' AND (ignore_until IS NULL OR ignore_until > ${now})
          AND (ignore_until_count IS NULL OR count < ignore_until_count)`;
}

function selectRanges(
  table: string,
  ranges: readonly CountRange[],
  columns: string,
  conditions: string,
  parameters: ParameterList,
): string {
  // Where nothing is to be read, the shape still has to be right.
  if (ranges.length === 0) return `SELECT ${columns} FROM ${table}_second WHERE false ${conditions}`;
  return ranges
    .map(({ unit, fromMs, toMs }) => {
      const from = parameters.add(new Date(fromMs));
      const to = parameters.add(new Date(toMs));
      return `SELECT ${columns} FROM ${table}_${unit} WHERE at >= ${from} AND at < ${to} ${conditions}`;
    })
    .join(' UNION ALL ');
}
