import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { TIER_IDS, type TierId } from '../tiers.js';

/** Body of `POST /api/payments/create-session`. The price is not in it: it is the server's. */
export class CreateSessionDto {
  @ApiProperty({ enum: TIER_IDS })
  @IsIn(TIER_IDS)
  tier!: TierId;

  /** Where checkout leads after payment; `{CHECKOUT_SESSION_ID}` in it is replaced by the session's id. */
  @ApiPropertyOptional({ description: 'One of our own origins' })
  @IsOptional()
  @IsString()
  @MaxLength(2_048)
  success_url?: string;

  @ApiPropertyOptional({ description: 'One of our own origins' })
  @IsOptional()
  @IsString()
  @MaxLength(2_048)
  cancel_url?: string;
}
