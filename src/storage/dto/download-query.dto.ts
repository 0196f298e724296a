import { IsString, MaxLength } from 'class-validator';
import { Field } from '../../platform/http/index.js';

export class DownloadQuery {
  @Field({ description: 'Name of the file, as the link has it; signed together with the token' })
  @IsString()
  @MaxLength(255)
  readonly filename!: string;
}
