import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/index.js';
import { CLOCK, type Clock } from '../../platform/time/index.js';
import { isIgnored, ParameterList, selectErrorCounts, selectRequestCounts } from './count-queries.js';
import { coverWindow, REQUEST_UNITS } from './count-units.js';
import type { CountFilter, ErrorCounts, RequestTotals } from './error-counts.port.js';

/** Reads the counters of all processes from PostgreSQL. */
@Injectable()
export class SqlErrorCounts implements ErrorCounts {
  constructor(
    private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async errors(filter: CountFilter, from: Date, to: Date): Promise<number> {
    const now = this.clock.now();
    const parameters = new ParameterList();
    const counted = selectErrorCounts(
      coverWindow(from.getTime(), to.getTime(), now.getTime()),
      'group_id, count',
      filter,
      parameters,
    );
    const sql = `
      SELECT coalesce(sum(count), 0) AS total FROM (${counted}) AS counted
      WHERE group_id NOT IN (SELECT id FROM error_groups WHERE ${isIgnored(parameters.add(now))})`;
    const rows = await this.query<{ total: string }>(sql, parameters);
    return Number(rows[0]?.total ?? 0);
  }

  async requests(from: Date, to: Date): Promise<RequestTotals> {
    const parameters = new ParameterList();
    const ranges = coverWindow(from.getTime(), to.getTime(), this.clock.now().getTime(), REQUEST_UNITS);
    const counted = selectRequestCounts(ranges, 'total, client_errors, server_errors', parameters);
    const rows = await this.query<Readonly<Record<'total' | 'client' | 'server', string>>>(
      `SELECT coalesce(sum(total), 0) AS total, coalesce(sum(client_errors), 0) AS client,
              coalesce(sum(server_errors), 0) AS server FROM (${counted}) AS counted`,
      parameters,
    );
    return {
      total: Number(rows[0]?.total ?? 0),
      clientErrors: Number(rows[0]?.client ?? 0),
      serverErrors: Number(rows[0]?.server ?? 0),
    };
  }

  private async query<Row>(sql: string, { values }: ParameterList): Promise<readonly Row[]> {
    return await this.database.read(async (manager) => await manager.query<Row[]>(sql, values));
  }
}
