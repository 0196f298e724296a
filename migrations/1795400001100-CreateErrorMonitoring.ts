import type { MigrationInterface, QueryRunner } from 'typeorm';

const UNITS = ['second', 'minute', 'hour', 'day'] as const;

/** Errors: groups with their users and releases, sample events, exact counters by second, minute, hour and day. */
export class CreateErrorMonitoring1795400001100 implements MigrationInterface {
  readonly name = 'CreateErrorMonitoring1795400001100';

  async up(runner: QueryRunner): Promise<void> {
    await createGroups(runner);
    await createEvents(runner);
    for (const unit of UNITS) await createErrorCounts(runner, unit);
    for (const unit of ['second', 'minute', 'hour']) await createRequestCounts(runner, unit);
    await runner.query(`
      CREATE TABLE error_writers (
        id uuid NOT NULL,
        instance text NOT NULL,
        last_batch bigint NOT NULL,
        dropped_events bigint NOT NULL DEFAULT 0,
        dropped_errors bigint NOT NULL DEFAULT 0,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_error_writers PRIMARY KEY (id)
      )`);
    await runner.query('CREATE INDEX ix_error_writers_updated_at ON error_writers (updated_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE error_writers');
    for (const unit of ['second', 'minute', 'hour']) await runner.query(`DROP TABLE request_counts_${unit}`);
    for (const unit of UNITS) await runner.query(`DROP TABLE error_counts_${unit}`);
    await runner.query('DROP TABLE error_events');
    await runner.query('DROP TABLE error_group_releases');
    await runner.query('DROP TABLE error_group_users');
    await runner.query('DROP TABLE error_groups');
  }
}

async function createGroups(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE error_groups (
      id uuid NOT NULL,
      fingerprint text NOT NULL,
      fingerprint_version integer NOT NULL,
      code text NOT NULL,
      error_class text NOT NULL,
      service text,
      operation text,
      title text NOT NULL,
      level text NOT NULL,
      state text NOT NULL,
      ignore_until timestamptz,
      ignore_until_count bigint,
      first_seen_at timestamptz NOT NULL,
      last_seen_at timestamptz NOT NULL,
      count bigint NOT NULL,
      users_affected integer NOT NULL DEFAULT 0,
      first_release text NOT NULL,
      last_release text NOT NULL,
      resolved_at timestamptz,
      regressed_at timestamptz,
      updated_at timestamptz NOT NULL,
      CONSTRAINT pk_error_groups PRIMARY KEY (id),
      CONSTRAINT uq_error_groups_fingerprint UNIQUE (fingerprint),
      CONSTRAINT ck_error_groups_state CHECK (state IN ('unresolved', 'resolved', 'ignored', 'regressed')),
      CONSTRAINT ck_error_groups_resolved CHECK (state <> 'resolved' OR resolved_at IS NOT NULL)
    ) WITH (fillfactor = 80)`);
  await runner.query('CREATE INDEX ix_error_groups_last_seen ON error_groups (last_seen_at, id)');
  await runner.query("CREATE INDEX ix_error_groups_ignored ON error_groups (id) WHERE state = 'ignored'");
  await runner.query(`
    CREATE TABLE error_group_users (
      group_id uuid NOT NULL,
      user_hash text NOT NULL,
      CONSTRAINT pk_error_group_users PRIMARY KEY (group_id, user_hash)
    )`);
  await runner.query(`
    CREATE TABLE error_group_releases (
      group_id uuid NOT NULL,
      release text NOT NULL,
      first_seen_at timestamptz NOT NULL,
      last_seen_at timestamptz NOT NULL,
      count bigint NOT NULL,
      CONSTRAINT pk_error_group_releases PRIMARY KEY (group_id, release)
    )`);
}

async function createEvents(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE error_events (
      id uuid NOT NULL,
      group_id uuid NOT NULL,
      occurred_at timestamptz NOT NULL,
      level text NOT NULL,
      code text NOT NULL,
      message text NOT NULL,
      status integer,
      service text,
      operation text,
      endpoint text,
      request_id text,
      user_id uuid,
      job_id uuid,
      queue_job_id text,
      instance text NOT NULL,
      release text NOT NULL,
      chain jsonb NOT NULL,
      breadcrumb jsonb NOT NULL,
      CONSTRAINT pk_error_events PRIMARY KEY (id)
    )`);
  await runner.query('CREATE INDEX ix_error_events_occurred ON error_events (occurred_at, id)');
  for (const column of ['level', 'code', 'service', 'group_id']) {
    await runner.query(`CREATE INDEX ix_error_events_${column} ON error_events (${column}, occurred_at, id)`);
  }
  await runner.query('CREATE INDEX ix_error_events_request_id ON error_events (request_id)');
}

/** Rows of the coarser units are written again and again, which is cheapest with room left on their page. */
async function createErrorCounts(runner: QueryRunner, unit: string): Promise<void> {
  await runner.query(`
    CREATE TABLE error_counts_${unit} (
      at timestamptz NOT NULL,
      group_id uuid NOT NULL,
      endpoint text NOT NULL,
      service text NOT NULL,
      release text NOT NULL,
      level text NOT NULL,
      code text NOT NULL,
      count integer NOT NULL,
      CONSTRAINT pk_error_counts_${unit} PRIMARY KEY (at, group_id, endpoint, service, release, level, code)
    ) WITH (fillfactor = ${unit === 'second' ? 100 : 80})`);
}

async function createRequestCounts(runner: QueryRunner, unit: string): Promise<void> {
  await runner.query(`
    CREATE TABLE request_counts_${unit} (
      at timestamptz NOT NULL,
      total integer NOT NULL,
      client_errors integer NOT NULL,
      server_errors integer NOT NULL,
      CONSTRAINT pk_request_counts_${unit} PRIMARY KEY (at)
    ) WITH (fillfactor = ${unit === 'second' ? 100 : 80})`);
}
