import { Transform } from 'class-transformer';
import { IsIn, IsString, MaxLength } from 'class-validator';
import { Field, IsPointInTime, IsWellFormedText, OptionalField, PageQuery } from '../../../platform/http/index.js';
import { AUDIT_ACTIONS, type AuditAction } from '../audit-actions.js';

/** Query of `GET audit`. */
export class AuditQuery extends PageQuery {
  @Field({ enumName: 'AuditAction', description: 'Only changes of this kind' })
  @OptionalField()
  @IsIn(AUDIT_ACTIONS)
  readonly action?: AuditAction;

  @Field({ description: 'Only changes by the administrator with this address' })
  @OptionalField()
  @IsString()
  @MaxLength(254)
  @IsWellFormedText()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim().toLowerCase() : value))
  readonly actor?: string;

  @Field({ description: 'Only changes of this: the name of a service, the id of a job, a rule or a mail' })
  @OptionalField()
  @IsString()
  @MaxLength(200)
  @IsWellFormedText()
  readonly target?: string;

  @Field({ description: 'Only what this request changed' })
  @OptionalField()
  @IsString()
  @MaxLength(64)
  @IsWellFormedText()
  readonly request_id?: string;

  @Field({ type: 'string', format: 'date-time', description: 'Only changes at or after this time' })
  @OptionalField()
  @IsPointInTime()
  readonly since?: string;

  @Field({ type: 'string', format: 'date-time', description: 'Only changes before this time' })
  @OptionalField()
  @IsPointInTime()
  readonly until?: string;
}
