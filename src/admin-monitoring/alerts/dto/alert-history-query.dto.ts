import { IsIn, IsUUID } from 'class-validator';
import { Field, OptionalField, PageQuery } from '../../../platform/http/index.js';

export const FIRING_STATES = ['firing', 'resolved'] as const;

/** Query of `GET alerts/history`. */
export class AlertHistoryQuery extends PageQuery {
  @Field({ description: 'Only firings of this rule' })
  @OptionalField()
  @IsUUID()
  readonly rule_id?: string;

  @Field({ enumName: 'AlertFiringState', description: '`firing`: only what fires now; `resolved`: only what is over' })
  @OptionalField()
  @IsIn(FIRING_STATES)
  readonly state?: (typeof FIRING_STATES)[number];
}
