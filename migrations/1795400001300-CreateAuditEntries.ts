import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What administrators changed. */
export class CreateAuditEntries1795400001300 implements MigrationInterface {
  readonly name = 'CreateAuditEntries1795400001300';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE audit_entries (
        id uuid NOT NULL,
        occurred_at timestamptz NOT NULL,
        actor_id uuid NOT NULL,
        actor_email text NOT NULL,
        ip text NOT NULL,
        request_id text NOT NULL,
        action text NOT NULL,
        target text,
        reason text,
        details jsonb NOT NULL,
        CONSTRAINT pk_audit_entries PRIMARY KEY (id)
      )
    `);
    await queryRunner.query('CREATE INDEX ix_audit_entries_occurred ON audit_entries (occurred_at, id)');
    await queryRunner.query('CREATE INDEX ix_audit_entries_actor ON audit_entries (actor_email, occurred_at, id)');
    await queryRunner.query('CREATE INDEX ix_audit_entries_target ON audit_entries (target, occurred_at, id)');
    await queryRunner.query('CREATE INDEX ix_audit_entries_request ON audit_entries (request_id)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE audit_entries');
  }
}
