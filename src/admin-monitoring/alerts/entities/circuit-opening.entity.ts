import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** That a circuit opened in one of the processes: written down, since another one may be evaluating the rules. */
@Entity('alert_circuit_openings')
@Index('ix_alert_circuit_openings_recorded', ['recordedAt'])
export class CircuitOpening {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_alert_circuit_openings' })
  id!: string;

  @Column('text')
  service!: string;

  @Column('text')
  instance!: string;

  /** Code of the error that opened it; null where slow calls did. */
  @Column('text', { nullable: true })
  code!: string | null;

  @Column('timestamptz')
  occurredAt!: Date;

  /** When it was written: later where the database was away, and what rules go by, so that none is past before it is seen. */
  @Column('timestamptz')
  recordedAt!: Date;
}
