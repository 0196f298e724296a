import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ProcessRole } from '../../../config/index.js';
import type { CircuitReport } from '../circuit-report.js';

/** A process that runs, as it last said of itself. Its times are those of the database's clock. */
@Entity({ name: 'fleet_instances' })
export class FleetInstance {
  /** Of this run of the process: an instance that starts again keeps its name, but not this. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_fleet_instances' })
  readonly id!: string;

  @Column('text')
  readonly instance!: string;

  @Column('text')
  readonly role!: ProcessRole;

  @Column('text')
  readonly version!: string;

  @Column('timestamptz')
  readonly startedAt!: Date;

  @Column('timestamptz')
  readonly seenAt!: Date;

  @Column('jsonb')
  readonly circuits!: readonly CircuitReport[];
}
