import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ServiceName } from '../../../config/index.js';

export const CIRCUIT_EVENT_TYPES = ['opened', 'half_open', 'closed', 'forced_open', 'disabled', 'order_ended'] as const;

export type CircuitEventType = (typeof CIRCUIT_EVENT_TYPES)[number];

export const CIRCUIT_EVENT_CAUSES = ['failures', 'slow_calls', 'probe', 'operator', 'expiry'] as const;

/** Why: what opened it, who or what closed it or ended an order. */
export type CircuitEventCause = (typeof CIRCUIT_EVENT_CAUSES)[number];

/** A change of one circuit on one instance. */
@Entity({ name: 'circuit_events' })
@Check('ck_circuit_events_type', `type IN ('opened', 'half_open', 'closed', 'forced_open', 'disabled', 'order_ended')`)
@Index('ix_circuit_events_occurred', ['occurredAt', 'id'])
@Index('ix_circuit_events_service', ['service', 'occurredAt', 'id'])
export class CircuitEvent {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_circuit_events' })
  readonly id!: string;

  @Column('timestamptz')
  readonly occurredAt!: Date;

  @Column('text')
  readonly service!: ServiceName;

  @Column('text')
  readonly instance!: string;

  @Column('text')
  readonly type!: CircuitEventType;

  @Column('text', { nullable: true })
  readonly cause!: CircuitEventCause | null;

  /** Of the error that opened it. */
  @Column('text', { nullable: true })
  readonly code!: string | null;

  /** Of an operator's order. */
  @Column('text', { nullable: true })
  readonly reason!: string | null;

  /** How long it stays open before a probe, in milliseconds. */
  @Column('integer', { nullable: true })
  readonly openForMs!: number | null;

  /** When an operator's order ends by itself. */
  @Column('timestamptz', { nullable: true })
  readonly expiresAt!: Date | null;
}
