import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What happened on behalf of a request: its line, its log lines, and each attempt at a dependency. */
export class CreateRequestSteps1795400001700 implements MigrationInterface {
  readonly name = 'CreateRequestSteps1795400001700';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE request_steps (
        id uuid NOT NULL,
        request_id text NOT NULL,
        at timestamptz NOT NULL,
        kind text NOT NULL,
        queue_job_id text,
        instance text NOT NULL,
        facts jsonb NOT NULL,
        CONSTRAINT pk_request_steps PRIMARY KEY (id)
      )`);
    await runner.query('CREATE INDEX ix_request_steps_request_id ON request_steps (request_id, at)');
    await runner.query('CREATE INDEX ix_request_steps_at ON request_steps (at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE request_steps');
  }
}
