import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateEmails1795400000500 implements MigrationInterface {
  readonly name = 'CreateEmails1795400000500';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE "emails" (
        "id" uuid NOT NULL,
        "user_id" uuid,
        "to_address" text NOT NULL,
        "template" text NOT NULL,
        "data" jsonb NOT NULL,
        "dedupe_key" text NOT NULL,
        "status" text NOT NULL,
        "attempts" integer NOT NULL DEFAULT 0,
        "next_attempt_at" timestamp with time zone NOT NULL,
        "claim_id" uuid,
        "claimed_until" timestamp with time zone,
        "uncertain" boolean NOT NULL DEFAULT false,
        "last_error_code" text,
        "provider_message_id" text,
        "created_at" timestamp with time zone NOT NULL,
        "updated_at" timestamp with time zone NOT NULL,
        "sent_at" timestamp with time zone,
        CONSTRAINT "emails_pkey" PRIMARY KEY ("id"),
        CONSTRAINT "emails_status_check" CHECK (status IN ('pending', 'sent', 'dead'))
      )`);
    await queryRunner.query(`CREATE UNIQUE INDEX "emails_dedupe_key_key" ON "emails" ("dedupe_key")`);
    await queryRunner.query(
      `CREATE INDEX "emails_pending_address_idx" ON "emails" ("to_address", "created_at", "id") WHERE status = 'pending'`,
    );
    await queryRunner.query(`CREATE INDEX "emails_status_created_idx" ON "emails" ("status", "created_at")`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE "emails"`);
  }
}
