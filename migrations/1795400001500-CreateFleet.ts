import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The instances that run now, and what their circuits did. */
export class CreateFleet1795400001500 implements MigrationInterface {
  readonly name = 'CreateFleet1795400001500';

  async up(queryRunner: QueryRunner): Promise<void> {
    // Written every two seconds, which is cheapest with room left on the page.
    await queryRunner.query(`
      CREATE TABLE fleet_instances (
        id uuid NOT NULL,
        instance text NOT NULL,
        role text NOT NULL,
        version text NOT NULL,
        started_at timestamptz NOT NULL,
        seen_at timestamptz NOT NULL,
        circuits jsonb NOT NULL,
        CONSTRAINT pk_fleet_instances PRIMARY KEY (id)
      ) WITH (fillfactor = 50)
    `);
    await queryRunner.query(`
      CREATE TABLE circuit_events (
        id uuid NOT NULL,
        occurred_at timestamptz NOT NULL,
        service text NOT NULL,
        instance text NOT NULL,
        type text NOT NULL,
        cause text,
        code text,
        reason text,
        open_for_ms integer,
        expires_at timestamptz,
        CONSTRAINT pk_circuit_events PRIMARY KEY (id),
        CONSTRAINT ck_circuit_events_type CHECK (
          type IN ('opened', 'half_open', 'closed', 'forced_open', 'disabled', 'order_ended')
        )
      )
    `);
    await queryRunner.query('CREATE INDEX ix_circuit_events_occurred ON circuit_events (occurred_at, id)');
    await queryRunner.query('CREATE INDEX ix_circuit_events_service ON circuit_events (service, occurred_at, id)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE circuit_events');
    await queryRunner.query('DROP TABLE fleet_instances');
  }
}
