import { ValidateBy, type ValidationOptions } from 'class-validator';

/** RFC 3339 §5.6, with a zone: a time without one would mean the zone of whatever machine reads it. */
const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/i;

/** A point in time that `new Date` takes, such as `2026-01-31T12:00:00Z`. */
export function IsPointInTime(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isPointInTime',
      validator: {
        validate: (value: unknown) =>
          typeof value === 'string' && RFC_3339.test(value) && Number.isFinite(Date.parse(value)),
        defaultMessage: (context) =>
          `${context?.property ?? 'value'} must be a time with its zone, such as 2026-01-31T12:00:00Z`,
      },
    },
    options,
  );
}
