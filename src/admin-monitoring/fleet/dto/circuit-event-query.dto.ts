import { IsIn, IsString, MaxLength } from 'class-validator';
import { SERVICE_NAMES, type ServiceName } from '../../../config/index.js';
import { Field, IsPointInTime, IsWellFormedText, OptionalField, PageQuery } from '../../../platform/http/index.js';
import { CIRCUIT_EVENT_TYPES, type CircuitEventType } from '../entities/circuit-event.entity.js';

/** Query of `GET circuit-breakers/events`. */
export class CircuitEventQuery extends PageQuery {
  @Field({ enumName: 'ServiceName', description: 'Only changes of this circuit' })
  @OptionalField()
  @IsIn(SERVICE_NAMES)
  readonly service?: ServiceName;

  @Field({ enumName: 'CircuitEventType', description: 'Only changes of this kind' })
  @OptionalField()
  @IsIn(CIRCUIT_EVENT_TYPES)
  readonly type?: CircuitEventType;

  @Field({ description: 'Only changes on this instance' })
  @OptionalField()
  @IsString()
  @MaxLength(200)
  @IsWellFormedText()
  readonly instance?: string;

  @Field({ type: 'string', format: 'date-time', description: 'Only changes at or after this time' })
  @OptionalField()
  @IsPointInTime()
  readonly since?: string;

  @Field({ type: 'string', format: 'date-time', description: 'Only changes before this time' })
  @OptionalField()
  @IsPointInTime()
  readonly until?: string;
}
