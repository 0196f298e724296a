import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The register of everything in object storage and in the local fallback. */
export class CreateStoredObjects1795400000300 implements MigrationInterface {
  readonly name = 'CreateStoredObjects1795400000300';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE stored_objects (
        id uuid NOT NULL,
        key varchar(255) NOT NULL,
        object_name varchar(320) NOT NULL,
        kind varchar(16) NOT NULL,
        content_type varchar(127) NOT NULL,
        size_bytes bigint NOT NULL,
        crc32c char(8) NOT NULL,
        status varchar(16) NOT NULL,
        location varchar(8),
        generation varchar(32),
        created_at timestamptz NOT NULL,
        stored_at timestamptz,
        local_since timestamptz,
        expires_at timestamptz,
        removed_at timestamptz,
        referenced boolean NOT NULL DEFAULT false,
        leased_until timestamptz,
        attempts integer NOT NULL DEFAULT 0,
        last_error_code varchar(64),
        CONSTRAINT pk_stored_objects PRIMARY KEY (id),
        CONSTRAINT uq_stored_objects_object_name UNIQUE (object_name),
        CONSTRAINT ck_stored_objects_status CHECK (status IN ('pending', 'stored', 'removing', 'removed')),
        CONSTRAINT ck_stored_objects_location CHECK (
          (status = 'stored') <= (location IS NOT NULL AND stored_at IS NOT NULL)
          AND (location IS NULL OR location IN ('gcs', 'local'))
        )
      )`);
    await runner.query(
      "CREATE INDEX ix_stored_objects_local ON stored_objects (local_since) WHERE status = 'stored' AND location = 'local'",
    );
    await runner.query(
      "CREATE INDEX ix_stored_objects_unsettled ON stored_objects (created_at) WHERE status IN ('pending', 'removing')",
    );
    await runner.query(
      "CREATE INDEX ix_stored_objects_unreferenced ON stored_objects (created_at) WHERE status = 'stored' AND NOT referenced",
    );
    await runner.query(
      "CREATE INDEX ix_stored_objects_expires_at ON stored_objects (expires_at) WHERE status = 'stored'",
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE stored_objects');
  }
}
