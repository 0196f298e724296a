import type { Client } from 'pg';

export const GROUPS = 10_000;
/** The newest events of each group, for its page. */
const EVENTS = 20_000;
const SECOND_MS = 1_000;
const WRITES_PER_SECOND = 10;

const EVENT_COLUMNS = `id, group_id, occurred_at, level, code, message, status, service, operation, endpoint, request_id,
                       user_id, job_id, queue_job_id, instance, release, chain, breadcrumb`;
const CHAIN = `jsonb_build_array(jsonb_build_object('error_class', 'StorageError', 'message', 'Something failed',
                 'stack', repeat('    at frame (file.js:1:2)' || chr(10), 12)))`;

/** An event of group `g`, at `at`, with the number `n`. */
const EVENT = `gen_random_uuid(), md5('group' || g)::uuid, at, (ARRAY['error', 'warn', 'info'])[g % 3 + 1], 'CODE_' || g % 60,
               'Something failed for a reason that takes a sentence to tell, number ' || n, 500,
               (ARRAY['gcs', 'stripe', 'sendgrid'])[g % 3 + 1], 'operation_' || g % 10, 'GET /api/things/' || g % 40,
               'request-' || n, NULL, NULL, NULL, 'instance-' || n % 3, '1.0.0', ${CHAIN}, '[]'`;

/** Fills an empty schema with groups, the last seen first, each with a few events and with counters of every hour of a day. */
export async function fillGroups(client: Client): Promise<void> {
  await client.query(
    `INSERT INTO error_groups (id, fingerprint, fingerprint_version, code, error_class, service, operation, title, level, state,
                               first_seen_at, last_seen_at, count, first_release, last_release, updated_at)
     SELECT md5('group' || g)::uuid, 'group' || g, 1, 'CODE_' || g % 60, 'StorageError', (ARRAY['gcs', 'stripe', 'sendgrid'])[g % 3 + 1],
            'operation_' || g % 10, 'Something failed in way ' || g || ' that takes a sentence to tell', 'error',
            'unresolved', now() - interval '7 days', now() - g * interval '5 seconds', g * 3, '1.0.0', '1.0.0', now()
     FROM generate_series(1, ${GROUPS}) AS g`,
  );
  await client.query(
    `INSERT INTO error_events (${EVENT_COLUMNS})
     SELECT ${EVENT} FROM (SELECT n, n % ${GROUPS} + 1 AS g, now() - n * interval '3 seconds' AS at
                           FROM generate_series(1, ${EVENTS}) AS n) AS events`,
  );
  await client.query(
    `INSERT INTO error_counts_hour (at, group_id, endpoint, service, release, level, code, count)
     SELECT date_trunc('hour', now(), 'UTC') - hour * interval '1 hour', md5('group' || g)::uuid, 'GET /api/things/' || g % 40,
            'gcs', '1.0.0', 'error', 'CODE_' || g % 60, (g * 7 + hour * 13) % 50 + 1
     FROM generate_series(1, ${GROUPS}) AS g, generate_series(0, 23) AS hour`,
  );
  await client.query('VACUUM ANALYZE');
}

/** Errors of other instances at a steady rate, as they arrive in the tables: an event each, and the count of its group. */
export class ErrorStorm {
  private readonly client: Client;
  private readonly timer: NodeJS.Timeout;
  private written = 0;
  private pending: Promise<unknown> = Promise.resolve();

  constructor(client: Client, perSecond: number) {
    this.client = client;
    const startedMs = performance.now();
    this.timer = setInterval(() => {
      const due = Math.floor(((performance.now() - startedMs) / SECOND_MS) * perSecond) - this.written;
      this.written += due;
      this.pending = this.pending.then(async () => await this.write(due));
    }, SECOND_MS / WRITES_PER_SECOND);
  }

  /** @returns how many there were */
  async end(): Promise<number> {
    clearInterval(this.timer);
    await this.pending;
    return this.written;
  }

  private async write(count: number): Promise<void> {
    await this.client.query(
      `WITH written AS (
         INSERT INTO error_events (${EVENT_COLUMNS})
         SELECT ${EVENT} FROM (SELECT n, floor(random() * ${GROUPS})::int + 1 AS g, clock_timestamp() AS at
                               FROM generate_series(1, $1::int) AS n) AS events
         RETURNING group_id)
       UPDATE error_groups SET count = count + 1, last_seen_at = clock_timestamp() FROM written WHERE id = group_id`,
      [count],
    );
  }
}
