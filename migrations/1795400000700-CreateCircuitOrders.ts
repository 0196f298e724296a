import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Operators' orders about circuits: what stands, and the history of it. */
export class CreateCircuitOrders1795400000700 implements MigrationInterface {
  readonly name = 'CreateCircuitOrders1795400000700';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE circuit_orders (
        sequence integer GENERATED ALWAYS AS IDENTITY,
        service text NOT NULL,
        action text NOT NULL,
        actor text NOT NULL,
        reason text,
        created_at timestamptz NOT NULL,
        expires_at timestamptz,
        CONSTRAINT pk_circuit_orders PRIMARY KEY (sequence),
        CONSTRAINT ck_circuit_orders_action CHECK (action IN ('reset', 'isolate', 'disable')),
        CONSTRAINT ck_circuit_orders_expiry CHECK (action <> 'reset' OR expires_at IS NULL)
      )
    `);
    await queryRunner.query('CREATE INDEX ix_circuit_orders_service_sequence ON circuit_orders (service, sequence)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE circuit_orders');
  }
}
