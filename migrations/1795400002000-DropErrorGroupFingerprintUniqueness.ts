import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The id of a group is made of its fingerprint, so that it is unique already. With a second unique index `ON CONFLICT (id)` does not
 * help two processes that insert the same new group at once: one of them fails at the other index.
 */
export class DropErrorGroupFingerprintUniqueness1795400002000 implements MigrationInterface {
  readonly name = 'DropErrorGroupFingerprintUniqueness1795400002000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE error_groups DROP CONSTRAINT uq_error_groups_fingerprint');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE error_groups ADD CONSTRAINT uq_error_groups_fingerprint UNIQUE (fingerprint)');
  }
}
