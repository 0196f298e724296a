import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsEmail, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { Field, IsWellFormedText, OptionalField } from '../../platform/http/index.js';
import { normalizeEmail } from '../email-address.js';

interface FieldOptions {
  readonly optional?: boolean;
}

/** A letter and a digit, in one expression: a schema has room for one. */
const LETTER_AND_DIGIT = String.raw`^(?=[\s\S]*\p{L})(?=[\s\S]*\p{Nd})`;

function presence({ optional = false }: FieldOptions): readonly PropertyDecorator[] {
  return optional ? [OptionalField()] : [];
}

/** An address somebody registers or logs in with; the handler sees it normalised. */
export function NewEmail(options: FieldOptions = {}): PropertyDecorator {
  return applyDecorators(
    Field({ example: 'ada@example.com' }),
    ...presence(options),
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
    Field({
      format: 'password',
      pattern: LETTER_AND_DIGIT,
      example: 'correct horse 7',
      description: 'With a letter and a digit',
    }),
    ...presence(options),
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
    Field({ format: 'password', example: 'correct horse 7' }),
    ...presence(options),
    IsString({ message: 'password must be text' }),
    MaxLength(128),
    IsWellFormedText(),
  );
}

/** A token from a link or from an earlier answer. */
export function GivenToken(): PropertyDecorator {
  return applyDecorators(
    Field({ description: 'The token as it was handed out' }),
    IsString(),
    MinLength(1),
    MaxLength(512),
    IsWellFormedText(),
  );
}
