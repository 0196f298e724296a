import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { CircuitOrder, OrderAction } from './circuit-order.js';

/** One order of an operator about the circuit of one service. Rows are never changed: the newest of a service counts. */
@Entity({ name: 'circuit_orders' })
@Check('ck_circuit_orders_action', `action IN ('reset', 'isolate', 'disable')`)
@Check('ck_circuit_orders_expiry', `action <> 'reset' OR expires_at IS NULL`)
@Index('ix_circuit_orders_service_sequence', ['service', 'sequence'])
export class CircuitOrderRow implements CircuitOrder {
  @PrimaryGeneratedColumn('identity', {
    type: 'integer',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_circuit_orders',
  })
  readonly sequence!: number;

  @Column({ type: 'text' })
  readonly service!: string;

  @Column({ type: 'text' })
  readonly action!: OrderAction;

  @Column({ type: 'text' })
  readonly actor!: string;

  @Column({ type: 'text', nullable: true })
  readonly reason!: string | null;

  @Column({ type: 'timestamptz' })
  readonly createdAt!: Date;

  @Column({ type: 'timestamptz', nullable: true })
  readonly expiresAt!: Date | null;
}
