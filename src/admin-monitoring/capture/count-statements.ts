import type { CountUnit } from '../statistics/count-units.js';

/** Groups as columns, then the version of the fingerprint, then now. Tells which ones came back that had been resolved. */
export const UPSERT_GROUPS = `
  WITH changed AS (
    INSERT INTO error_groups AS g (
      id, fingerprint, fingerprint_version, code, error_class, service, operation, title, level, state,
      first_seen_at, last_seen_at, count, first_release, last_release, updated_at
    )
    SELECT id, fingerprint, $13::int, code, error_class, service, operation, title, level, 'unresolved',
           first_seen_at, last_seen_at, count, release, release, $14::timestamptz
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::timestamptz[], $10::timestamptz[], $11::bigint[], $12::text[])
      AS t (id, fingerprint, code, error_class, service, operation, title, level, first_seen_at, last_seen_at, count, release)
    ORDER BY id
    ON CONFLICT (id) DO UPDATE SET
      count = g.count + excluded.count,
      first_seen_at = least(g.first_seen_at, excluded.first_seen_at),
      last_seen_at = greatest(g.last_seen_at, excluded.last_seen_at),
      last_release = CASE WHEN excluded.last_seen_at >= g.last_seen_at THEN excluded.last_release ELSE g.last_release END,
      state = CASE
        WHEN g.state = 'resolved' AND excluded.last_seen_at > g.resolved_at THEN 'regressed'
        WHEN g.state = 'ignored'
          AND (g.ignore_until <= $14::timestamptz OR g.count + excluded.count >= g.ignore_until_count) THEN 'unresolved'
        ELSE g.state END,
      regressed_at = CASE
        WHEN g.state = 'resolved' AND excluded.last_seen_at > g.resolved_at THEN $14::timestamptz
        ELSE g.regressed_at END,
      updated_at = $14::timestamptz
    RETURNING id, code, title, state, regressed_at
  )
  SELECT id, code, title FROM changed WHERE state = 'regressed' AND regressed_at = $14::timestamptz`;

/** Groups, releases, first and last time, count. */
export const UPSERT_RELEASES = `
  INSERT INTO error_group_releases AS r (group_id, release, first_seen_at, last_seen_at, count)
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::bigint[])
    AS t (group_id, release, first_seen_at, last_seen_at, count)
  ORDER BY group_id, release
  ON CONFLICT (group_id, release) DO UPDATE SET
    first_seen_at = least(r.first_seen_at, excluded.first_seen_at),
    last_seen_at = greatest(r.last_seen_at, excluded.last_seen_at),
    count = r.count + excluded.count`;

/** Groups, digests of users, and how many of them are told apart in one group. */
export const ADD_USERS = `
  WITH added AS (
    INSERT INTO error_group_users (group_id, user_hash)
    SELECT u.group_id, u.user_hash FROM unnest($1::uuid[], $2::text[]) AS u (group_id, user_hash)
    JOIN error_groups g ON g.id = u.group_id WHERE g.users_affected < $3::int
    ORDER BY u.group_id, u.user_hash
    ON CONFLICT DO NOTHING
    RETURNING group_id
  )
  UPDATE error_groups g SET users_affected = g.users_affected + a.users
  FROM (SELECT group_id, count(*)::int AS users FROM added GROUP BY group_id) AS a WHERE g.id = a.group_id`;

/** The columns of the key, then the count. */
export function upsertCounts(unit: CountUnit): string {
  return `
    INSERT INTO error_counts_${unit} AS c (at, group_id, endpoint, service, release, level, code, count)
    SELECT * FROM unnest($1::timestamptz[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int[])
      AS t (at, group_id, endpoint, service, release, level, code, count)
    ORDER BY at, group_id, endpoint, service, release, level, code
    ON CONFLICT (at, group_id, endpoint, service, release, level, code) DO UPDATE SET count = c.count + excluded.count`;
}

/** Time, all requests, those with 4xx, those with 5xx. */
export function upsertRequests(unit: CountUnit): string {
  return `
    INSERT INTO request_counts_${unit} AS c (at, total, client_errors, server_errors)
    SELECT * FROM unnest($1::timestamptz[], $2::int[], $3::int[], $4::int[]) AS t (at, total, client_errors, server_errors)
    ORDER BY at
    ON CONFLICT (at) DO UPDATE SET total = c.total + excluded.total,
      client_errors = c.client_errors + excluded.client_errors, server_errors = c.server_errors + excluded.server_errors`;
}
