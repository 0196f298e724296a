import type { ValidationError as ClassValidatorError } from 'class-validator';
import { ApiError, isApiError } from '../api-error.js';
import { isError } from '../is-error.js';
import { fromClassValidator } from './from-class-validator.js';
import { codeOfSystemError } from './system-errors.js';
import { translateDatabaseError } from './translate-database-error.js';
import { translateHttpError } from './translate-http-error.js';

/**
 * Whatever was thrown → an ApiError. Decides by class and code, never by the text of a message; what nobody foresaw, also
 * what is no Error at all, is an `INTERNAL_SERVER_ERROR` with a fixed message and the original as its cause.
 * An ApiError comes back as it is. Never throws.
 */
export function translateError(error: unknown): ApiError {
  if (isApiError(error)) return error;
  try {
    return translateKnown(error) ?? new ApiError('INTERNAL_SERVER_ERROR', { cause: error });
  } catch (failure) {
    // Looking at it threw (a getter, a proxy): what that threw may do so as well, so its text is not looked at.
    return new ApiError('INTERNAL_SERVER_ERROR', { cause: new Error('unreadable error', { cause: typeof failure }) });
  }
}

function translateKnown(error: unknown): ApiError | undefined {
  if (isClassValidatorResult(error)) return fromClassValidator(error);
  return translateHttpError(error) ?? translateDatabaseError(error) ?? translateSystemError(error);
}

function translateSystemError(error: unknown): ApiError | undefined {
  if (!isError(error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  const code = codeOfSystemError(error.code, 'syscall' in error ? error.syscall : systemCallOf(error));
  return code === undefined ? undefined : new ApiError(code, { cause: error });
}

/** Connecting to a name with several addresses fails with one error for all of them (Node's "happy eyeballs"). */
function systemCallOf(error: Error): unknown {
  const [first]: readonly unknown[] = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  return isError(first) && 'syscall' in first ? first.syscall : undefined;
}

/** What `validateOrReject` throws. Told by its form: for its class one would load all validators wherever errors are known. */
function isClassValidatorResult(error: unknown): error is ClassValidatorError[] {
  return Array.isArray(error) && error.length > 0 && error.every(isClassValidatorError);
}

function isClassValidatorError(item: unknown): item is ClassValidatorError {
  if (typeof item !== 'object' || item === null || isError(item)) return false;
  return 'property' in item && 'children' in item && Array.isArray(item.children);
}
