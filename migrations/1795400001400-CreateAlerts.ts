import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = [
  'alert_rules',
  'alert_firings',
  'alert_notifications',
  'alert_circuit_openings',
  'alert_evaluations',
] as const;

/** Alert rules, their firings and notifications, and what is measured for the built-in ones. */
export class CreateAlerts1795400001400 implements MigrationInterface {
  readonly name = 'CreateAlerts1795400001400';

  async up(runner: QueryRunner): Promise<void> {
    await createRules(runner);
    await createFirings(runner);
    await runner.query(`
      CREATE TABLE alert_circuit_openings (
        id uuid NOT NULL,
        service text NOT NULL,
        instance text NOT NULL,
        code text,
        occurred_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT pk_alert_circuit_openings PRIMARY KEY (id)
      )`);
    await runner.query('CREATE INDEX ix_alert_circuit_openings_recorded ON alert_circuit_openings (recorded_at)');
    await runner.query(`
      CREATE TABLE alert_evaluations (
        id smallint NOT NULL,
        evaluated_at timestamptz NOT NULL,
        CONSTRAINT pk_alert_evaluations PRIMARY KEY (id)
      )`);
    await runner.query('ALTER TABLE payments ADD reconciled_at timestamptz');
    await runner.query(
      'CREATE INDEX payments_reconciled_at_idx ON payments (reconciled_at) WHERE reconciled_at IS NOT NULL',
    );
    await runner.query("CREATE INDEX emails_dead_idx ON emails (updated_at) WHERE status = 'dead'");
    await runner.query("CREATE INDEX ix_render_jobs_failed ON render_jobs (completed_at) WHERE status = 'failed'");
    await runner.query("CREATE INDEX ix_error_groups_regressed ON error_groups (id) WHERE state = 'regressed'");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_error_groups_regressed');
    await runner.query('DROP INDEX ix_render_jobs_failed');
    await runner.query('DROP INDEX emails_dead_idx');
    await runner.query('ALTER TABLE payments DROP COLUMN reconciled_at');
    for (const table of TABLES) await runner.query(`DROP TABLE ${table}`);
  }
}

async function createRules(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE alert_rules (
      id uuid NOT NULL,
      built_in text,
      name text NOT NULL,
      kind text NOT NULL,
      error_threshold double precision NOT NULL,
      time_window integer NOT NULL,
      cooldown integer NOT NULL,
      enabled boolean NOT NULL,
      notification_method text NOT NULL,
      email_addresses text[],
      webhook_url text,
      webhook_secret text,
      filter_code text,
      filter_service text,
      filter_level text,
      filter_group_id uuid,
      created_by uuid,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      CONSTRAINT pk_alert_rules PRIMARY KEY (id),
      CONSTRAINT uq_alert_rules_built_in UNIQUE (built_in),
      CONSTRAINT uq_alert_rules_name UNIQUE (name),
      CONSTRAINT ck_alert_rules_kind CHECK (kind IN ('count', 'rate', 'fact', 'age')),
      CONSTRAINT ck_alert_rules_method CHECK (notification_method IN ('log', 'email', 'webhook')),
      CONSTRAINT ck_alert_rules_webhook CHECK (
        notification_method <> 'webhook' OR (webhook_url IS NOT NULL AND webhook_secret IS NOT NULL)
      )
    )`);
}

async function createFirings(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE alert_firings (
      id uuid NOT NULL,
      rule_id uuid NOT NULL,
      rule_name text NOT NULL,
      subject text NOT NULL,
      value double precision NOT NULL,
      threshold double precision NOT NULL,
      fired_at timestamptz NOT NULL,
      notified_at timestamptz,
      resolved_at timestamptz,
      ended_by text,
      CONSTRAINT pk_alert_firings PRIMARY KEY (id),
      CONSTRAINT ck_alert_firings_end CHECK ((resolved_at IS NULL) = (ended_by IS NULL))
    )`);
  await runner.query(
    'CREATE UNIQUE INDEX uq_alert_firings_open ON alert_firings (rule_id, subject) WHERE resolved_at IS NULL',
  );
  await runner.query('CREATE INDEX ix_alert_firings_rule ON alert_firings (rule_id, fired_at, id)');
  await runner.query('CREATE INDEX ix_alert_firings_fired ON alert_firings (fired_at, id)');
  await runner.query(`
    CREATE TABLE alert_notifications (
      id uuid NOT NULL,
      rule_id uuid NOT NULL,
      firing_id uuid,
      method text NOT NULL,
      message jsonb NOT NULL,
      status text NOT NULL,
      attempts integer NOT NULL DEFAULT 0,
      last_error_code text,
      created_at timestamptz NOT NULL,
      settled_at timestamptz,
      CONSTRAINT pk_alert_notifications PRIMARY KEY (id),
      CONSTRAINT ck_alert_notifications_status CHECK (status IN ('pending', 'delivered', 'failed'))
    )`);
  await runner.query('CREATE INDEX ix_alert_notifications_firing ON alert_notifications (firing_id)');
  await runner.query('CREATE INDEX ix_alert_notifications_created ON alert_notifications (created_at)');
}
