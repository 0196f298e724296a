import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Up to when the rules have been evaluated; a single row. Whoever takes over goes on from there. */
@Entity('alert_evaluations')
export class AlertEvaluation {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'pk_alert_evaluations' })
  id!: number;

  @Column('timestamptz')
  evaluatedAt!: Date;
}
