import { IsIn, IsString, MaxLength } from 'class-validator';
import { Field, OptionalField } from '../../platform/http/index.js';
import { TIER_IDS, type TierId } from '../tiers.js';

/** Body of `POST /api/payments/create-session`. The price is not in it: it is the server's. */
export class CreateSessionDto {
  @Field({ enumName: 'TierId' })
  @IsIn(TIER_IDS)
  tier!: TierId;

  @Field({
    description:
      "Where checkout leads after payment, on this site; `{CHECKOUT_SESSION_ID}` is replaced by the session's id",
  })
  @OptionalField()
  @IsString()
  @MaxLength(2_048)
  success_url?: string;

  @Field({ description: 'Where checkout leads when it is given up, on this site' })
  @OptionalField()
  @IsString()
  @MaxLength(2_048)
  cancel_url?: string;
}
