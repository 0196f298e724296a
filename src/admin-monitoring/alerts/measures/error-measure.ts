import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/index.js';
import type { ErrorCode } from '../../../platform/errors/index.js';
import { CLOCK, type Clock } from '../../../platform/time/index.js';
import { isIgnored, ParameterList, selectErrorCounts } from '../../statistics/count-queries.js';
import { coverWindow } from '../../statistics/count-units.js';
import { type CountFilter, ERROR_COUNTS, type ErrorCounts } from '../../statistics/error-counts.port.js';
import type { AlertRule } from '../entities/alert-rule.entity.js';
import { type AlertMeasure, type AlertWindow, type Explanation, type Finding, MAX_CAUSES } from './alert-measure.js';

/** What notifications fail with: a rule that counted it would fire because it fired. */
const OWN_CODES = [
  'ALERT_WEBHOOK_FAILED',
  'ALERT_WEBHOOK_FORBIDDEN',
  'ALERT_WEBHOOK_SECRET_UNREADABLE',
] as const satisfies readonly ErrorCode[];

const TWO_HOURS_MS = 2 * 3_600_000;

interface GroupRow {
  readonly id: string;
  readonly code: string;
  readonly title: string;
  readonly count: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/**
 * Errors in the window: their number, or how many there are for a hundred requests. A rate without a filter is the share of
 * requests answered with 5xx; with one, jobs and callers' mistakes count as far as the filter lets them.
 */
@Injectable()
export class ErrorMeasure implements AlertMeasure {
  constructor(
    private readonly database: Database,
    @Inject(ERROR_COUNTS) private readonly counts: ErrorCounts,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async find(rule: AlertRule, { from, to }: AlertWindow): Promise<readonly Finding[]> {
    const filter = filterOf(rule);
    if (rule.kind !== 'rate') return [{ subject: '', value: await this.errors(filter, from, to) }];
    const { total, serverErrors } = await this.counts.requests(from, to);
    if (total === 0) return [];
    const errors = isUnfiltered(filter) ? serverErrors : await this.errors(filter, from, to);
    return [{ subject: '', value: (100 * errors) / total }];
  }

  async explain(rule: AlertRule, { from, to }: AlertWindow): Promise<Explanation> {
    const now = this.clock.now().getTime();
    // Finer than for a mere number, since the first and the last moment are told as well.
    const unit = now - from.getTime() <= TWO_HOURS_MS ? 'second' : 'minute';
    const parameters = new ParameterList();
    const counted = selectErrorCounts(
      coverWindow(from.getTime(), to.getTime(), now, [unit]),
      'at, group_id, count',
      explainedBy(rule),
      parameters,
    );
    const rows = await this.database.read((manager) =>
      manager.query<GroupRow[]>(
        `SELECT id, error_groups.code, title, sum(counted.count)::int AS count,
                min(min(at)) OVER () AS "firstAt", max(max(at)) OVER () AS "lastAt"
         FROM (${counted}) AS counted JOIN error_groups ON id = group_id
         WHERE id NOT IN (SELECT id FROM error_groups WHERE ${isIgnored(parameters.add(new Date(now)))})
         GROUP BY id, error_groups.code, title ORDER BY 4 DESC, id LIMIT ${MAX_CAUSES}`,
        parameters.values,
      ),
    );
    return {
      firstAt: rows[0]?.firstAt ?? null,
      lastAt: rows[0]?.lastAt ?? null,
      causes: rows.map(({ id, code, title, count }) => ({ label: `${code}: ${title}`, count, groupId: id })),
    };
  }

  private async errors(filter: CountFilter, from: Date, to: Date): Promise<number> {
    const all = await this.counts.errors(filter, from, to);
    if (all === 0 || filter.code !== undefined) return all;
    const own = await Promise.all(OWN_CODES.map((code) => this.counts.errors({ ...filter, code }, from, to)));
    return own.reduce((rest, count) => rest - count, all);
  }
}

function filterOf({ filterCode, filterService, filterLevel, filterGroupId }: AlertRule): CountFilter {
  return {
    ...(filterCode === null ? {} : { code: filterCode }),
    ...(filterService === null ? {} : { service: filterService }),
    ...(filterLevel === null ? {} : { level: filterLevel }),
    ...(filterGroupId === null ? {} : { groupId: filterGroupId }),
  };
}

/** A share of all requests is explained by what was ours to prevent, not by what callers did wrong. */
function explainedBy(rule: AlertRule): CountFilter {
  const filter = filterOf(rule);
  return rule.kind === 'rate' && isUnfiltered(filter) ? { level: 'error' } : filter;
}

function isUnfiltered(filter: CountFilter): boolean {
  return Object.keys(filter).length === 0;
}
