import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When an operator let a mail live again: from then on it is tried as long as a new one. */
export class AddEmailResentAt1795400001900 implements MigrationInterface {
  readonly name = 'AddEmailResentAt1795400001900';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE emails ADD COLUMN resent_at timestamptz`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE emails DROP COLUMN resent_at`);
  }
}
