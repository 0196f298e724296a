import { ApiError, type ApiErrorOptions } from './api-error.js';
import type { CodeWithStatus } from './error-catalogue.js';

/** One value that is not valid. */
export interface FieldProblem {
  /** Path of the field as it is on the wire, e.g. `render_config.fps`. */
  readonly field: string;
  /** A sentence a customer may read. */
  readonly message: string;
  /** Identifier of the rule that is broken, e.g. `isEmail`. */
  readonly constraint?: string;
}

interface SeveralProblems {
  readonly fields: readonly FieldProblem[];
  readonly message?: string;
}

interface ValidationErrorOptions extends Omit<ApiErrorOptions, 'message'> {
  readonly code?: CodeWithStatus<422>;
}

/** Values that do not fit. 422, with `details.fields` naming each of them. */
export class ValidationError extends ApiError {
  /**
   * @param problem - one field, or several. The sentence of a single one becomes the message.
   * @param options - further `details`, and `cause`.
   */
  constructor(problem: FieldProblem | SeveralProblems, options: ValidationErrorOptions = {}) {
    const several: SeveralProblems = 'fields' in problem ? problem : { fields: [problem] };
    const [first] = several.fields;
    const message = several.message ?? (several.fields.length === 1 ? first?.message : undefined);
    const { code = 'VALIDATION_ERROR', details, ...rest } = options;
    super(code, {
      ...rest,
      ...(message === undefined ? {} : { message }),
      details: { ...details, fields: several.fields.map(normalise) },
    });
  }
}

function normalise({ field, message, constraint = 'invalid' }: FieldProblem): Required<FieldProblem> {
  return { field, message, constraint };
}
