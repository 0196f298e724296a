import type { ValidationError as ClassValidatorError } from 'class-validator';
import { type FieldProblem, ValidationError } from '../validation-error.js';

/** A hostile body can break a rule in a million places; a person reads a few. */
const MAX_FIELDS = 50;
const MAX_FIELD_LENGTH = 100;
const MAX_DEPTH = 10;

/** Rules whose sentence class-validator writes with the caller's own text in it. */
const OWN_SENTENCES: Readonly<Record<string, string>> = {
  whitelistValidation: 'This field is not known.',
  unknownValue: 'The body must be an object with the documented fields.',
  nestedValidation: 'This must be an object with the documented fields.',
};

/** Translates what class-validator found: the exception factory of the global ValidationPipe. */
export function fromClassValidator(errors: readonly ClassValidatorError[]): ValidationError {
  const fields: FieldProblem[] = [];
  for (const error of errors) collect(error, '', 0, fields);
  return new ValidationError({ fields });
}

function collect(error: ClassValidatorError, parent: string, depth: number, into: FieldProblem[]): void {
  if (into.length >= MAX_FIELDS || depth > MAX_DEPTH) return;
  const field = pathOf(parent, error.property);
  const [broken] = Object.entries(error.constraints ?? {});
  if (broken !== undefined) {
    const [constraint, sentence] = broken;
    into.push({ field: field.slice(0, MAX_FIELD_LENGTH), constraint, message: OWN_SENTENCES[constraint] ?? sentence });
  }
  for (const child of error.children ?? []) collect(child, field, depth + 1, into);
}

/** class-validator leaves the property out when the body as a whole is not valid. */
function pathOf(parent: string, property: string | undefined): string {
  if (property === undefined || property === '') return parent === '' ? 'body' : parent;
  return parent === '' ? property : `${parent}.${property}`;
}
