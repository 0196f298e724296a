import type { Client } from 'pg';

export const EVENTS = 1_000_000;
export const DAYS = 30;
const GROUPS = 200;
/** Requests whose steps are kept, with five steps each; a week of them. */
const REQUESTS = 100_000;

/** Group, code and endpoint of event number `n`: some groups are much more frequent than others. */
const GROUP = `(floor(power(random(), 3) * ${GROUPS}))::int`;

/**
 * Fills an empty schema as a month of a busy product does: a million events over 30 days, in 200 groups,
 * with the counters of every unit of time that go with them.
 * @param now end of the month
 */
export async function fill(client: Client, now: Date): Promise<void> {
  const indexes = await dropIndexes(client);
  await client.query(
    `INSERT INTO error_events (id, group_id, occurred_at, level, code, message, status, service, operation, endpoint, request_id,
                               user_id, job_id, queue_job_id, instance, release, chain, breadcrumb)
     SELECT gen_random_uuid(), md5('group' || g)::uuid, $1::timestamptz - at, CASE WHEN g % 5 = 0 THEN 'error' ELSE 'info' END,
            'CODE_' || g % 60, 'Something failed for a reason that takes a sentence to tell', 500, (ARRAY['gcs', 'stripe', 'sendgrid', NULL])[g % 4 + 1],
            'operation_' || g % 10, 'GET /api/things/' || g % 40, 'request-' || n, NULL, NULL, NULL, 'instance-' || n % 3, '1.' || g % 3 || '.0',
            jsonb_build_array(jsonb_build_object('error_class', 'StorageError', 'message', 'Something failed', 'stack', repeat('    at frame (file.js:1:2)' || chr(10), 12))),
            '[{"at": "2026-01-01T00:00:00.000Z", "level": "info", "message": "Something was tried"}]'
     FROM (SELECT n, ${GROUP} AS g, n * interval '${DAYS} days' / ${EVENTS} AS at FROM generate_series(1, ${EVENTS}) AS n) AS events
     ORDER BY n DESC`,
    [now],
  );
  for (const index of indexes) await client.query(index);
  await client.query(
    `INSERT INTO error_groups (id, fingerprint, fingerprint_version, code, error_class, service, operation, title, level, state,
                               first_seen_at, last_seen_at, count, first_release, last_release, updated_at)
     SELECT group_id, group_id::text, 1, min(code), 'StorageError', min(service), min(operation), 'Something failed', min(level), 'unresolved',
            min(occurred_at), max(occurred_at), count(*), min(release), max(release), $1 FROM error_events GROUP BY group_id`,
    [now],
  );
  for (const [unit, kept] of [
    ['second', '2 hours'],
    ['minute', '49 hours'],
    ['hour', '30 days'],
    ['day', '30 days'],
  ]) {
    await client.query(
      `INSERT INTO error_counts_${unit} (at, group_id, endpoint, service, release, level, code, count)
       SELECT date_trunc('${unit}', occurred_at, 'UTC'), group_id, endpoint, coalesce(service, ''), release, level, code, count(*) * 20
       FROM error_events WHERE occurred_at >= $1::timestamptz - interval '${kept}' GROUP BY 1, 2, 3, 4, 5, 6, 7`,
      [now],
    );
  }
  await client.query(
    `INSERT INTO request_steps (id, request_id, at, kind, instance, facts)
     SELECT gen_random_uuid(), 'request-' || n, $1::timestamptz - random() * interval '7 days', (ARRAY['attempt', 'retry', 'attempt', 'log', 'request'])[step],
            'instance-' || n % 3, '{"service": "gcs", "operation": "store", "attempt": 1, "outcome": "failure", "duration_ms": 12}'
     FROM generate_series(1, ${REQUESTS}) AS n, generate_series(1, 5) AS step`,
    [now],
  );
  await client.query('VACUUM ANALYZE');
}

/** A million rows arrive sooner without them. @returns what makes them again */
async function dropIndexes(client: Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ indexname: string; indexdef: string }>(
    `SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'error_events' AND indexname LIKE 'ix_%'`,
  );
  for (const { indexname } of rows) await client.query(`DROP INDEX ${indexname}`);
  return rows.map(({ indexdef }) => indexdef);
}
