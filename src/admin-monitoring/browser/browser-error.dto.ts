import { IsNotEmpty, IsString, Matches, MaxLength } from 'class-validator';
import { Field, OptionalField } from '../../platform/http/index.js';

/** Form of a request id that a browser has been given, or has given. */
const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;

/** An error that happened in a page. */
export class BrowserErrorDto {
  @Field({ example: 'Cannot read properties of undefined' })
  @IsString({ message: 'message must be a text' })
  @IsNotEmpty({ message: 'message must not be empty' })
  @MaxLength(2_000, { message: 'message must have 2,000 characters at the most' })
  readonly message!: string;

  @Field({ example: 'TypeError' })
  @OptionalField()
  @IsString({ message: 'name must be a text' })
  @MaxLength(100, { message: 'name must have 100 characters at the most' })
  readonly name?: string;

  @Field({ description: '`error.stack` as the browser writes it' })
  @OptionalField()
  @IsString({ message: 'stack must be a text' })
  @MaxLength(20_000, { message: 'stack must have 20,000 characters at the most' })
  readonly stack?: string;

  @Field({ description: 'Address of the page; its query is not kept', example: 'https://example.com/jobs' })
  @OptionalField()
  @IsString({ message: 'url must be a text' })
  @MaxLength(2_000, { message: 'url must have 2,000 characters at the most' })
  readonly url?: string;

  @Field({ description: '`X-Request-Id` of the request it is about; without it, the id of this one' })
  @OptionalField()
  @Matches(REQUEST_ID, { message: 'request_id must be the id of a request' })
  readonly request_id?: string;
}
