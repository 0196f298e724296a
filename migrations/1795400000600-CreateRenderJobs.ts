import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Render jobs: one row for each paid render. */
export class CreateRenderJobs1795400000600 implements MigrationInterface {
  readonly name = 'CreateRenderJobs1795400000600';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE render_jobs (
        id uuid NOT NULL,
        user_id uuid NOT NULL,
        payment_id uuid NOT NULL,
        status text NOT NULL,
        stage text,
        progress smallint NOT NULL DEFAULT 0,
        version integer NOT NULL DEFAULT 1,
        generation integer NOT NULL DEFAULT 1,
        attempt smallint NOT NULL DEFAULT 0,
        run_token uuid,
        heartbeat_at timestamptz,
        config jsonb NOT NULL,
        audio jsonb NOT NULL,
        audio_object_id uuid,
        video_object_id uuid,
        thumbnail_object_id uuid,
        video_size_bytes integer,
        error jsonb,
        work_megapixels double precision NOT NULL,
        render_ms integer,
        created_at timestamptz NOT NULL,
        queued_at timestamptz NOT NULL,
        started_at timestamptz,
        completed_at timestamptz,
        CONSTRAINT pk_render_jobs PRIMARY KEY (id),
        CONSTRAINT fk_render_jobs_user FOREIGN KEY (user_id) REFERENCES users (id),
        CONSTRAINT fk_render_jobs_payment FOREIGN KEY (payment_id) REFERENCES payments (id),
        CONSTRAINT ck_render_jobs_status CHECK (status IN ('queued', 'processing', 'completed', 'failed', 'cancelled')),
        CONSTRAINT ck_render_jobs_held CHECK ((status = 'processing') = (run_token IS NOT NULL)),
        CONSTRAINT ck_render_jobs_completed CHECK (status <> 'completed' OR video_object_id IS NOT NULL)
      )
    `);
    await queryRunner.query('CREATE INDEX ix_render_jobs_user_created ON render_jobs (user_id, created_at)');
    await queryRunner.query('CREATE INDEX ix_render_jobs_status_queued ON render_jobs (status, queued_at)');
    await queryRunner.query(
      `CREATE UNIQUE INDEX uq_render_jobs_live_payment ON render_jobs (payment_id)
       WHERE status IN ('queued', 'processing', 'completed')`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE render_jobs');
  }
}
