import type { ErrorLevel } from '../../../platform/errors/index.js';
import { CountField, Field, IdField, TimeField } from '../../../platform/http/index.js';
import { COUNT_UNIT_NAMES, type CountUnit } from '../../statistics/count-units.js';
import { ERROR_LEVELS } from './filter-fields.js';

const COUNTS = { type: 'object', additionalProperties: { type: 'integer' } } as const;

export class SeriesPointView {
  @TimeField({ description: 'Where the unit begins' })
  readonly at!: string;

  @CountField()
  readonly count!: number;
}

/** Errors over time. */
export class ErrorSeries {
  @Field({ enum: COUNT_UNIT_NAMES, description: 'Distance of the points' })
  readonly unit!: CountUnit;

  @Field({ type: [SeriesPointView], description: 'Oldest first, also those without errors' })
  readonly points!: readonly SeriesPointView[];
}

/** Comparison with the window of the same length before. */
export class ErrorTrend {
  @CountField()
  readonly previous_errors!: number;

  @Field({ type: Number, nullable: true, description: '0.5 is half as many again; null where there were none before' })
  readonly change!: number | null;
}

export class ServiceCount {
  @Field({ type: String, nullable: true, description: 'Null for errors that are about no dependency' })
  readonly service!: string | null;

  @CountField()
  readonly count!: number;
}

export class ReleaseCount {
  @Field()
  readonly release!: string;

  @CountField()
  readonly count!: number;
}

export class LevelCount {
  @Field({ enum: ERROR_LEVELS, enumName: 'ErrorLevel' })
  readonly level!: ErrorLevel;

  @CountField()
  readonly count!: number;
}

export class GroupCountView {
  @IdField()
  readonly group_id!: string;

  @CountField()
  readonly count!: number;
}

/** Requests of the window, probes left out. */
export class RequestTotalsView {
  @CountField()
  readonly total!: number;

  @CountField({ description: 'Answered with 4xx' })
  readonly client_errors!: number;

  @CountField({ description: 'Answered with 5xx' })
  readonly server_errors!: number;
}

/** How completely errors were kept. */
export class CaptureView {
  @TimeField({ nullable: true, description: 'Since when the answering process cannot store errors' })
  readonly outage_since!: string | null;

  @CountField({ description: 'What waits on its disk' })
  readonly spooled_bytes!: number;

  @CountField({ description: 'Samples of all processes that found no room; their errors are counted' })
  readonly dropped_events!: number;

  @CountField({ description: 'Errors of all processes that could not be counted' })
  readonly dropped_errors!: number;
}

/** Errors of one window over all processes. */
export class ErrorStatisticsView {
  @TimeField()
  readonly from!: string;

  @TimeField()
  readonly to!: string;

  @CountField()
  readonly total_errors!: number;

  @Field({ ...COUNTS, description: 'Code → errors, most first', example: { STORAGE_ERROR: 12 } })
  readonly error_types!: Readonly<Record<string, number>>;

  @Field({ ...COUNTS, description: 'The 20 most frequent `endpoint:code` → errors, most first' })
  readonly error_patterns!: Readonly<Record<string, number>>;

  @Field({ type: String, nullable: true, example: 'STORAGE_ERROR' })
  readonly top_error_type!: string | null;

  @Field({ type: String, nullable: true, example: 'POST /api/jobs/render/submit:STORAGE_ERROR' })
  readonly most_frequent_pattern!: string | null;

  @Field()
  readonly series!: ErrorSeries;

  @Field()
  readonly trend!: ErrorTrend;

  @Field({ type: [ServiceCount] })
  readonly services!: readonly ServiceCount[];

  @Field({ type: [ReleaseCount] })
  readonly releases!: readonly ReleaseCount[];

  @Field({ type: [LevelCount] })
  readonly levels!: readonly LevelCount[];

  @Field({ type: [GroupCountView], description: 'The 20 most frequent groups' })
  readonly groups!: readonly GroupCountView[];

  @Field({ description: 'Whatever the errors are filtered by' })
  readonly requests!: RequestTotalsView;

  @Field()
  readonly capture!: CaptureView;
}

export class ErrorStatisticsResponse {
  @Field()
  readonly data!: ErrorStatisticsView;
}
