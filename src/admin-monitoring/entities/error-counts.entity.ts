import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ErrorLevel } from '../../platform/errors/index.js';

/** The columns that the counters of every unit of time have. */
abstract class ErrorCountColumns {
  @Column('integer')
  count!: number;
}

/** Declares the key, whose constraint has a name of its own in each table. */
function Key(type: 'timestamptz' | 'uuid' | 'text', unit: string): PropertyDecorator {
  return PrimaryColumn(type, { primaryKeyConstraintName: `pk_error_counts_${unit}` });
}

/** Errors of one second. */
@Entity('error_counts_second')
export class ErrorCountSecond extends ErrorCountColumns {
  @Key('timestamptz', 'second') at!: Date;
  @Key('uuid', 'second') groupId!: string;
  @Key('text', 'second') endpoint!: string;
  @Key('text', 'second') service!: string;
  @Key('text', 'second') release!: string;
  @Key('text', 'second') level!: ErrorLevel;
  @Key('text', 'second') code!: string;
}

/** Errors of one minute. */
@Entity('error_counts_minute')
export class ErrorCountMinute extends ErrorCountColumns {
  @Key('timestamptz', 'minute') at!: Date;
  @Key('uuid', 'minute') groupId!: string;
  @Key('text', 'minute') endpoint!: string;
  @Key('text', 'minute') service!: string;
  @Key('text', 'minute') release!: string;
  @Key('text', 'minute') level!: ErrorLevel;
  @Key('text', 'minute') code!: string;
}

/** Errors of one hour. */
@Entity('error_counts_hour')
export class ErrorCountHour extends ErrorCountColumns {
  @Key('timestamptz', 'hour') at!: Date;
  @Key('uuid', 'hour') groupId!: string;
  @Key('text', 'hour') endpoint!: string;
  @Key('text', 'hour') service!: string;
  @Key('text', 'hour') release!: string;
  @Key('text', 'hour') level!: ErrorLevel;
  @Key('text', 'hour') code!: string;
}

/** Errors of one day (UTC). */
@Entity('error_counts_day')
export class ErrorCountDay extends ErrorCountColumns {
  @Key('timestamptz', 'day') at!: Date;
  @Key('uuid', 'day') groupId!: string;
  @Key('text', 'day') endpoint!: string;
  @Key('text', 'day') service!: string;
  @Key('text', 'day') release!: string;
  @Key('text', 'day') level!: ErrorLevel;
  @Key('text', 'day') code!: string;
}
