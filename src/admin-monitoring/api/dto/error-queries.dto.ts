import { IsIn, IsOptional, Matches } from 'class-validator';
import type { ErrorLevel } from '../../../platform/errors/index.js';
import { Field, OptionalField, WholeNumber } from '../../../platform/http/index.js';
import { ERROR_GROUP_STATES, type ErrorGroupState } from '../../entities/error-group.entity.js';
import { CodeFilter, CursorFilter, GroupFilter, LevelFilter, ServiceFilter, TimeFilter } from './filter-fields.js';

const WINDOW = /^[1-9]\d{0,5}[mhd]$/;
/** What a caller may have made of a request id; ours are UUIDs. */
const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;

/** How far back a question reaches. */
export class WindowQuery {
  @Field({ example: '24h', description: 'Minutes, hours or days (`30m`, `24h`, `7d`), 200 days at the most' })
  @OptionalField()
  @Matches(WINDOW, { message: 'window must be a number of minutes, hours or days, such as 30m, 24h or 7d' })
  readonly window: string = '24h';
}

/** Query of the statistics. */
export class StatisticsQuery extends WindowQuery {
  @CodeFilter() readonly code?: string;
  @ServiceFilter() readonly service?: string;
  @LevelFilter() readonly level?: ErrorLevel;
  @GroupFilter() readonly group_id?: string;
}

/** Query of the recent errors. */
export class RecentErrorsQuery {
  @Field({ description: 'Errors on a page' })
  @WholeNumber('limit', 1, 500)
  readonly limit: number = 100;

  @LevelFilter() readonly level?: ErrorLevel;
  @CodeFilter() readonly code?: string;
  @ServiceFilter() readonly service?: string;
  @GroupFilter() readonly group_id?: string;

  @IsOptional()
  @Matches(REQUEST_ID, { message: 'request_id must be the id of a request' })
  readonly request_id?: string;

  @TimeFilter('Not before this moment')
  readonly since?: string;

  @TimeFilter('Before this moment')
  readonly until?: string;

  @CursorFilter() readonly cursor?: string;
}

/** Query of the groups. */
export class ErrorGroupsQuery {
  @Field({ description: 'Groups on a page' })
  @WholeNumber('limit', 1, 100)
  readonly limit: number = 50;

  @Field({ enumName: 'ErrorGroupState' })
  @OptionalField()
  @IsIn(ERROR_GROUP_STATES, { message: `state must be one of ${ERROR_GROUP_STATES.join(', ')}` })
  readonly state?: ErrorGroupState;

  @LevelFilter() readonly level?: ErrorLevel;
  @CodeFilter() readonly code?: string;
  @ServiceFilter() readonly service?: string;
  @CursorFilter() readonly cursor?: string;
}
