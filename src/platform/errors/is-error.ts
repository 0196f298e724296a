import { types } from 'node:util';

/** Whether a value is an Error, also one of another realm (a `vm` context), and also where looking at it throws. */
export function isError(value: unknown): value is Error {
  return types.isNativeError(value) || isInstance(value);
}

function isInstance(value: unknown): boolean {
  try {
    return value instanceof Error;
  } catch {
    // A revoked proxy refuses even this question.
    return false;
  }
}
