import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Counters of the strict rate limits, in the shape rate-limiter-flexible reads and writes. Unlogged: what a crash of the
 * server loses is a minute of counting, and writing it costs half as much.
 */
export class CreateRateLimits1795400000100 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE UNLOGGED TABLE rate_limits (
        key varchar(255) NOT NULL,
        points integer NOT NULL DEFAULT 0,
        expire bigint,
        CONSTRAINT pk_rate_limits PRIMARY KEY (key)
      )
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE rate_limits');
  }
}
