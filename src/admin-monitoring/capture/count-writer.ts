import { Logger } from '@nestjs/common';
import type { Pool, PoolClient } from 'pg';
import type { Clock } from '../../platform/time/index.js';
import { FINGERPRINT_VERSION } from '../grouping/error-groups.js';
import { COUNT_UNITS, type CountUnit, REQUEST_UNITS } from '../statistics/count-units.js';
import { type CountBatch, errorsIn } from './count-batch.js';
import { ADD_USERS, upsertCounts, UPSERT_GROUPS, UPSERT_RELEASES, upsertRequests } from './count-statements.js';
import { columnsOf, mergeCounts, mergeGroups, mergeRequests, mergeUsers } from './merged-batches.js';
import type { MonitoringEvents } from './monitoring-events.js';

/** Users of one group that are told apart. */
const MAX_USERS_PER_GROUP = 10_000;

/** PostgreSQL's classes of what is wrong with the data themselves: it will not get better by trying again. */
const HOPELESS = /^2[23]/;

/**
 * Writes batches of counters, each exactly once: their number goes up in the same transaction, so that a batch whose COMMIT was never
 * answered is known when it comes again. Any number of processes write at once; rows are taken in the order of their keys, so that
 * they wait for each other and never in a circle.
 */
export class CountWriter {
  private readonly logger = new Logger('ErrorStore');

  constructor(
    private readonly pool: Pool,
    private readonly events: MonitoringEvents,
    private readonly clock: Clock,
  ) {}

  /**
   * @param batches of one writer, by number, without a gap to what was written before
   * @returns errors that had to be dropped, because PostgreSQL refused them for good
   * @throws pg.DatabaseError or a socket error; the batches are to be written again then.
   */
  async write(batches: readonly CountBatch[]): Promise<number> {
    const [first] = batches;
    if (first === undefined) return 0;
    try {
      const regressed = await this.transaction(async (client) => await this.writeFresh(client, first, batches));
      for (const group of regressed) this.events.publish({ type: 'group_regressed', ...group });
      return 0;
    } catch (error) {
      if (!isHopeless(error)) throw error;
      return await this.writeOneByOne(batches, error);
    }
  }

  /** One bad batch must neither take others along nor be tried for ever. */
  private async writeOneByOne(batches: readonly CountBatch[], err: unknown): Promise<number> {
    if (batches.length > 1) {
      let dropped = 0;
      for (const batch of batches) dropped += await this.write([batch]);
      return dropped;
    }
    const dropped = batches.reduce((sum, batch) => sum + errorsIn(batch), 0);
    this.logger.error({ msg: 'PostgreSQL refused a batch of error counters; it is dropped', err, dropped });
    return dropped;
  }

  private async writeFresh(
    client: PoolClient,
    writer: CountBatch,
    batches: readonly CountBatch[],
  ): Promise<readonly Regressed[]> {
    const now = this.clock.now();
    await client.query(
      `INSERT INTO error_writers (id, instance, last_batch, updated_at) VALUES ($1, $2, 0, $3) ON CONFLICT (id) DO NOTHING`,
      [writer.writer, writer.instance, now],
    );
    const { rows } = await client.query<{ last_batch: string }>(
      'SELECT last_batch FROM error_writers WHERE id = $1 FOR UPDATE',
      [writer.writer],
    );
    const last = Number(rows[0]?.last_batch ?? 0);
    const fresh = batches.filter(({ number }) => number > last);
    if (fresh.length === 0) return [];
    const regressed = await writeGroups(client, fresh, now);
    for (const unit of Object.keys(COUNT_UNITS) as CountUnit[]) await writeCounts(client, unit, fresh);
    for (const unit of REQUEST_UNITS) await writeRequests(client, unit, fresh);
    await client.query(
      `UPDATE error_writers SET last_batch = $2, dropped_events = dropped_events + $3,
              dropped_errors = dropped_errors + $4, updated_at = $5 WHERE id = $1`,
      [
        writer.writer,
        Math.max(...fresh.map(({ number }) => number)),
        fresh.reduce((sum, { droppedEvents }) => sum + droppedEvents, 0),
        fresh.reduce((sum, { droppedErrors }) => sum + droppedErrors, 0),
        now,
      ],
    );
    return regressed;
  }

  private async transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    // A connection on which anything went wrong is closed, which rolls back; it may still be busy with a statement in doubt.
    let broken = true;
    try {
      await client.query('BEGIN');
      const result = await work(client);
      await client.query('COMMIT');
      broken = false;
      return result;
    } finally {
      client.release(broken);
    }
  }
}

/** Whether PostgreSQL will refuse these data for ever. */
export function isHopeless(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && code.length === 5 && HOPELESS.test(code);
}

interface Regressed {
  readonly at: Date;
  readonly groupId: string;
  readonly code: string;
  readonly title: string;
}

/** @returns the groups that came back after they had been resolved. */
async function writeGroups(
  client: PoolClient,
  batches: readonly CountBatch[],
  now: Date,
): Promise<readonly Regressed[]> {
  const groups = mergeGroups(batches);
  if (groups.length === 0) return [];
  const { rows } = await client.query<{ id: string; code: string; title: string }>(UPSERT_GROUPS, [
    ...columnsOf(groups, [
      'id',
      'fingerprint',
      'code',
      'errorClass',
      'service',
      'operation',
      'title',
      'level',
      'firstSeenAt',
      'lastSeenAt',
      'count',
      'release',
    ]),
    FINGERPRINT_VERSION,
    now,
  ]);
  await client.query(UPSERT_RELEASES, columnsOf(groups, ['id', 'release', 'firstSeenAt', 'lastSeenAt', 'count']));
  const users = mergeUsers(batches);
  if (users.length > 0) {
    await client.query(ADD_USERS, [...columnsOf(users, ['groupId', 'userHash']), MAX_USERS_PER_GROUP]);
  }
  return rows.map(({ id, code, title }) => ({ at: now, groupId: id, code, title }));
}

async function writeCounts(client: PoolClient, unit: CountUnit, batches: readonly CountBatch[]): Promise<void> {
  const rows = mergeCounts(batches, unit);
  if (rows.length === 0) return;
  const columns = ['at', 'groupId', 'endpoint', 'service', 'release', 'level', 'code', 'count'] as const;
  await client.query(upsertCounts(unit), columnsOf(rows, columns));
}

async function writeRequests(client: PoolClient, unit: CountUnit, batches: readonly CountBatch[]): Promise<void> {
  const rows = mergeRequests(batches, unit);
  if (rows.length === 0) return;
  await client.query(upsertRequests(unit), columnsOf(rows, ['at', 'total', 'clientErrors', 'serverErrors']));
}
