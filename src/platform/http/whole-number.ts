import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';

/** A query parameter that is a whole number from `min` to `max`. @param name - of the parameter */
export function WholeNumber(name: string, min: number, max: number): PropertyDecorator {
  return applyDecorators(
    Max(max, { message: `${name} must be at most ${max}` }),
    Min(min, { message: `${name} must be at least ${min}` }),
    // After the others, whose place in the document says `number`.
    IsInt({ message: `${name} must be a whole number` }),
    Transform(({ value }) => toInteger(value)),
  );
}

/** Only plain decimal digits: `Number` would also take hexadecimal, exponents and blanks. */
function toInteger(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
}
