import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsEmail, IsOptional, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { normalizeEmail } from '../email-address.js';
import { IsWellFormedText } from './well-formed-text.js';

interface FieldOptions {
  readonly optional?: boolean;
}

function documented(options: FieldOptions, schema: { readonly example: string; readonly description: string }) {
  return options.optional === true ? [ApiPropertyOptional(schema), IsOptional()] : [ApiProperty(schema)];
}

/** An address somebody registers or logs in with; the handler sees it normalised. */
export function NewEmail(options: FieldOptions = {}): PropertyDecorator {
  return applyDecorators(
    ...documented(options, { example: 'ada@example.com', description: 'At most 254 characters' }),
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? normalizeEmail(value) : value)),
    IsString({ message: 'email must be text' }),
    MaxLength(254),
    IsWellFormedText(),
    IsEmail({}, { message: 'email must be an e-mail address' }),
  );
}

/** A password somebody chooses: 8 to 128 characters with a letter and a digit, of any script. */
export function NewPassword(options: FieldOptions = {}): PropertyDecorator {
  return applyDecorators(
    ...documented(options, { example: 'correct horse 7', description: '8 to 128 characters, a letter and a digit' }),
    IsString({ message: 'password must be text' }),
    MinLength(8),
    MaxLength(128),
    IsWellFormedText(),
    Matches(/\p{L}/u, { message: 'password must contain a letter' }),
    Matches(/\p{Nd}/u, { message: 'password must contain a digit' }),
  );
}

/** A password somebody claims to have: only its size is limited, whatever the rules were when it was chosen. */
export function GivenPassword(options: FieldOptions = {}): PropertyDecorator {
  return applyDecorators(
    ...documented(options, { example: 'correct horse 7', description: 'At most 128 characters' }),
    IsString({ message: 'password must be text' }),
    MaxLength(128),
    IsWellFormedText(),
  );
}

/** A token from a link or from an earlier answer. */
export function GivenToken(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ description: 'The token as it was handed out' }),
    IsString(),
    MinLength(1),
    MaxLength(512),
    IsWellFormedText(),
  );
}
