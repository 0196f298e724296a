import { IsIn, IsInt, Max, Min } from 'class-validator';
import { ValidationError } from '../../../platform/errors/index.js';
import { Field, IsPointInTime, OptionalField } from '../../../platform/http/index.js';
import { ReasonDto } from '../../audit/dto/reason.dto.js';
import type { GroupDecision } from '../../grouping/group-register.js';

const DECISIONS = ['unresolved', 'resolved', 'ignored'] as const;

/** What is decided about a group. `regressed` is nothing to decide: it happens. */
export class GroupDecisionDto extends ReasonDto {
  @Field({ enumName: 'ErrorGroupDecision' })
  @IsIn(DECISIONS, { message: `state must be one of ${DECISIONS.join(', ')}` })
  readonly state!: (typeof DECISIONS)[number];

  @Field({ type: 'string', format: 'date-time', description: 'Only for `ignored`: until then' })
  @OptionalField()
  @IsPointInTime()
  readonly ignore_until?: string;

  @Field({ description: 'Only for `ignored`: for so many more errors' })
  @OptionalField()
  @Max(1_000_000_000)
  @Min(1)
  @IsInt()
  readonly ignore_for_count?: number;
}

/** @throws ValidationError for an end where nothing is ignored. */
export function decisionOf({
  state,
  ignore_until: until,
  ignore_for_count: forCount,
}: GroupDecisionDto): GroupDecision {
  if (state === 'ignored') {
    return {
      state,
      ...(until === undefined ? {} : { until: new Date(until) }),
      ...(forCount === undefined ? {} : { forCount }),
    };
  }
  for (const [field, value] of Object.entries({ ignore_until: until, ignore_for_count: forCount })) {
    if (value !== undefined) throw new ValidationError({ field, message: `${field} goes with the state ignored only` });
  }
  return { state };
}
