import { ValidateBy, type ValidationOptions } from 'class-validator';

/**
 * Text that PostgreSQL can store and UTF-8 can carry: no NUL and no lone surrogate. Without this check two
 * different malformed passwords would be one after encoding, and a NUL would fail only in the database.
 */
export function IsWellFormedText(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isWellFormedText',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && !value.includes('\0') && value.isWellFormed(),
        defaultMessage: (context) =>
          `${context?.property ?? 'value'} must be text without control or broken characters`,
      },
    },
    options,
  );
}
