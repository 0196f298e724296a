import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';

export class DownloadQuery {
  @ApiProperty({ description: 'Name of the file, as the link has it; signed together with the token' })
  @IsString()
  @MaxLength(255)
  readonly filename!: string;
}
