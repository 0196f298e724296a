import type { ErrorLevel } from '../../../platform/errors/index.js';
import { CountField, Field, IdField, TimeField } from '../../../platform/http/index.js';
import { ERROR_GROUP_STATES, type ErrorGroupState } from '../../entities/error-group.entity.js';
import { ErrorSeries } from './error-statistics.response.js';
import { ERROR_LEVELS } from './filter-fields.js';
import { ErrorListItem } from './recent-errors.response.js';

/** Errors that are one problem. */
export class ErrorGroupView {
  @IdField()
  readonly id!: string;

  @CountField({ description: 'Version of the rules by which errors become groups' })
  readonly fingerprint_version!: number;

  @Field({ example: 'STORAGE_ERROR' })
  readonly code!: string;

  @Field({ example: 'StorageError' })
  readonly error_class!: string;

  @Field({ type: String, nullable: true })
  readonly service!: string | null;

  @Field({ type: String, nullable: true })
  readonly operation!: string | null;

  @Field({ description: 'The message with its variable parts replaced' })
  readonly title!: string;

  @Field({ enum: ERROR_LEVELS, enumName: 'ErrorLevel' })
  readonly level!: ErrorLevel;

  @Field({ enum: ERROR_GROUP_STATES, enumName: 'ErrorGroupState', description: '`regressed`: resolved, and came back' })
  readonly state!: ErrorGroupState;

  @TimeField({ nullable: true, description: 'When it is unresolved again' })
  readonly ignore_until!: string | null;

  @CountField({ type: 'integer', nullable: true, description: 'At which `count` it is unresolved again' })
  readonly ignore_until_count!: number | null;

  @TimeField()
  readonly first_seen_at!: string;

  @TimeField()
  readonly last_seen_at!: string;

  @CountField({ description: 'Errors since it was first seen' })
  readonly count!: number;

  @CountField({ description: 'Different users who met it, up to 10,000' })
  readonly users_affected!: number;

  @Field()
  readonly first_release!: string;

  @Field()
  readonly last_release!: string;

  @TimeField({ nullable: true })
  readonly resolved_at!: string | null;

  @TimeField({ nullable: true, description: 'When it last came back' })
  readonly regressed_at!: string | null;
}

/** A group as lists show it. */
export class ErrorGroupListItem extends ErrorGroupView {
  @Field({
    type: [Number],
    minItems: 24,
    maxItems: 24,
    description: 'Errors in each hour (UTC) of the last 24, oldest first; the last hour is not over yet',
  })
  readonly last_day!: readonly number[];
}

export class ErrorGroups {
  @Field({ type: [ErrorGroupListItem], description: 'Last seen first' })
  readonly groups!: readonly ErrorGroupListItem[];

  @Field({ type: String, nullable: true, description: 'Null on the last page' })
  readonly next_cursor!: string | null;
}

export class ErrorGroupsResponse {
  @Field()
  readonly data!: ErrorGroups;
}

/** What a group does in one release. */
export class GroupReleaseView {
  @Field()
  readonly release!: string;

  @TimeField()
  readonly first_seen_at!: string;

  @TimeField()
  readonly last_seen_at!: string;

  @CountField()
  readonly count!: number;
}

export class EndpointCount {
  @Field({ example: 'POST /api/jobs/render/submit' })
  readonly endpoint!: string;

  @CountField()
  readonly count!: number;
}

export class ErrorGroupDetail {
  @Field()
  readonly group!: ErrorGroupView;

  @Field({ type: [GroupReleaseView], description: 'Newest first' })
  readonly releases!: readonly GroupReleaseView[];

  @Field({ description: 'Errors of the group over the window' })
  readonly series!: ErrorSeries;

  @Field({ type: [EndpointCount], description: 'Where it happened in the window: the 20 most affected' })
  readonly endpoints!: readonly EndpointCount[];

  @Field({ type: [ErrorListItem], description: 'The newest 20 that were kept' })
  readonly events!: readonly ErrorListItem[];
}

export class ErrorGroupDetailResponse {
  @Field()
  readonly data!: ErrorGroupDetail;
}

export class DecidedErrorGroup {
  @Field()
  readonly group!: ErrorGroupView;
}

export class ErrorGroupResponse {
  @Field()
  readonly data!: DecidedErrorGroup;
}
