import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which request led to a job, an object, a mail. */
export class AddRequestIds1795400001800 implements MigrationInterface {
  readonly name = 'AddRequestIds1795400001800';

  async up(runner: QueryRunner): Promise<void> {
    for (const [table, index] of [
      ['render_jobs', 'ix_render_jobs_request_id'],
      ['stored_objects', 'ix_stored_objects_request_id'],
      ['emails', 'emails_request_id_idx'],
    ] as const) {
      await runner.query(`ALTER TABLE ${table} ADD COLUMN request_id text`);
      await runner.query(`CREATE INDEX ${index} ON ${table} (request_id) WHERE request_id IS NOT NULL`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['emails', 'stored_objects', 'render_jobs']) {
      await runner.query(`ALTER TABLE ${table} DROP COLUMN request_id`);
    }
  }
}
