import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What is counted of the requests of any unit of time. Probes are not counted. */
abstract class RequestCountColumns {
  @Column('integer')
  total!: number;

  /** Answered with 4xx. */
  @Column('integer')
  clientErrors!: number;

  /** Answered with 5xx. */
  @Column('integer')
  serverErrors!: number;
}

/** Requests of one second. */
@Entity('request_counts_second')
export class RequestCountSecond extends RequestCountColumns {
  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: 'pk_request_counts_second' })
  at!: Date;
}

/** Requests of one minute. */
@Entity('request_counts_minute')
export class RequestCountMinute extends RequestCountColumns {
  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: 'pk_request_counts_minute' })
  at!: Date;
}

/** Requests of one hour. */
@Entity('request_counts_hour')
export class RequestCountHour extends RequestCountColumns {
  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: 'pk_request_counts_hour' })
  at!: Date;
}
