import { IsInt, IsNotEmpty, IsString, Max, MaxLength, Min } from 'class-validator';
import { Field, IsWellFormedText } from '../../../platform/http/index.js';

/** A week: what has to stand longer than that is no emergency. */
const MAX_SECONDS = 604_800;

/** Body of an order that stands until it expires. */
export class CircuitOrderDto {
  @Field({ description: 'Why; kept in the audit', example: 'Stripe double-charges' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(500)
  @IsWellFormedText()
  readonly reason!: string;

  @Field({ description: 'Seconds after which the order ends by itself', example: 900 })
  @IsInt()
  @Min(1)
  @Max(MAX_SECONDS)
  readonly expires_in!: number;
}
