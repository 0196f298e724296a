import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreatePayments1795400000400 implements MigrationInterface {
  readonly name = 'CreatePayments1795400000400';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE "payments" (
        "id" uuid NOT NULL,
        "user_id" uuid NOT NULL,
        "tier" text NOT NULL,
        "amount_cents" integer NOT NULL,
        "currency" text NOT NULL,
        "status" text NOT NULL,
        "failure_code" text,
        "customer_email" text NOT NULL,
        "success_url" text NOT NULL,
        "cancel_url" text NOT NULL,
        "idempotency_key" text,
        "stripe_session_id" text,
        "session_url" text,
        "stripe_payment_intent_id" text,
        "stripe_status" text,
        "refunded_cents" integer NOT NULL DEFAULT 0,
        "job_id" uuid,
        "check_at" timestamp with time zone,
        "created_at" timestamp with time zone NOT NULL,
        "updated_at" timestamp with time zone NOT NULL,
        "completed_at" timestamp with time zone,
        "consumed_at" timestamp with time zone,
        "refunded_at" timestamp with time zone,
        CONSTRAINT "payments_pkey" PRIMARY KEY ("id"),
        CONSTRAINT "payments_user_fkey" FOREIGN KEY ("user_id") REFERENCES "users" ("id"),
        CONSTRAINT "payments_status_check"
          CHECK (status IN ('pending', 'completed', 'consumed', 'failed', 'expired', 'refunded')),
        CONSTRAINT "payments_consumed_by_job_check" CHECK (status <> 'consumed' OR job_id IS NOT NULL)
      )`);
    await queryRunner.query(`CREATE INDEX "payments_user_created_idx" ON "payments" ("user_id", "created_at")`);
    await queryRunner.query(
      `CREATE UNIQUE INDEX "payments_user_idempotency_key_key" ON "payments" ("user_id", "idempotency_key")`,
    );
    await queryRunner.query(`CREATE UNIQUE INDEX "payments_stripe_session_key" ON "payments" ("stripe_session_id")`);
    await queryRunner.query(
      `CREATE INDEX "payments_stripe_payment_intent_idx" ON "payments" ("stripe_payment_intent_id")`,
    );
    await queryRunner.query(
      `CREATE INDEX "payments_check_at_idx" ON "payments" ("check_at") WHERE check_at IS NOT NULL`,
    );
    await queryRunner.query(`
      CREATE TABLE "stripe_events" (
        "id" text NOT NULL,
        "type" text NOT NULL,
        "payment_id" uuid,
        "payment_intent_id" text,
        "refunded_cents" integer,
        "outcome" text NOT NULL,
        "occurred_at" timestamp with time zone NOT NULL,
        "received_at" timestamp with time zone NOT NULL,
        CONSTRAINT "stripe_events_pkey" PRIMARY KEY ("id")
      )`);
    await queryRunner.query(`CREATE INDEX "stripe_events_received_idx" ON "stripe_events" ("received_at")`);
    await queryRunner.query(
      `CREATE INDEX "stripe_events_unmatched_idx" ON "stripe_events" ("payment_intent_id") WHERE outcome = 'unmatched'`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE "stripe_events"`);
    await queryRunner.query(`DROP TABLE "payments"`);
  }
}
