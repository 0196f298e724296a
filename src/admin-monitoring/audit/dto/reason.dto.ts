import { IsString, MaxLength } from 'class-validator';
import { Field, IsWellFormedText, OptionalField } from '../../../platform/http/index.js';

/** Body of a change that explains itself, and may say more. */
export class ReasonDto {
  @Field({ description: 'Why; kept in the audit', example: 'Stripe says it has recovered' })
  @OptionalField()
  @IsString()
  @MaxLength(500)
  @IsWellFormedText()
  readonly reason?: string;
}
