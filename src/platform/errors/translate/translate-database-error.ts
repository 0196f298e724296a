import { DatabaseError as PostgresError } from 'pg';
import {
  EntityNotFoundError,
  OptimisticLockVersionMismatchError,
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
  TypeORMError,
} from 'typeorm/error/index.js';
import { ApiError, type ApiErrorOptions } from '../api-error.js';
import { ConflictError, DatabaseError, NotFoundError } from '../error-classes.js';
import { ERROR_CATALOGUE, type CodeWithStatus, type ErrorCode } from '../error-catalogue.js';
import { isError } from '../is-error.js';
import { ValidationError } from '../validation-error.js';
import { codeOfCodelessFailure, codeOfSqlState, isSqlState } from './database-states.js';
import { isNetworkCode } from './system-errors.js';

/** What of PostgreSQL's error report decides; the rest (SQL, values, names) stays in the log. */
interface ServerReport {
  readonly code: string;
  readonly constraint?: string | undefined;
  readonly column?: string | undefined;
}

/** Unique constraints that protect a field the caller sent, by the end of their name. No other name leaves the process. */
const UNIQUE_FIELD = /_(email|idempotency_key)(?:_key)?$/i;

/**
 * Translates what TypeORM, node-postgres or PostgreSQL reports, by class and SQLSTATE.
 * @returns undefined when the error is not the database's.
 */
export function translateDatabaseError(error: unknown): ApiError | undefined {
  if (error instanceof EntityNotFoundError) return new NotFoundError('NOT_FOUND', { cause: error });
  if (error instanceof OptimisticLockVersionMismatchError) return new ConflictError('CONFLICT', { cause: error });
  if (error instanceof QueryFailedError) return fromDriverError(error.driverError, error);
  if (isOfLostConnection(error)) return new DatabaseError('DATABASE_CONNECTION_ERROR', { cause: error });
  if (error instanceof TypeORMError) return new DatabaseError('DATABASE_ERROR', { cause: error });
  if (isServerReport(error)) return fromReport(error, error);
  if (!isError(error)) return undefined;
  const code = codeOfCodelessFailure(error.message);
  return code === undefined ? undefined : build(code, { cause: error });
}

/**
 * TypeORM takes the connection away from a transaction that lost it between two statements, and then reports the next
 * statement as the caller's mistake.
 */
function isOfLostConnection(error: unknown): boolean {
  return error instanceof QueryRunnerAlreadyReleasedError || error instanceof QueryRunnerProviderAlreadyReleasedError;
}

function fromDriverError(driverError: Error, cause: QueryFailedError): ApiError {
  if (isServerReport(driverError)) return fromReport(driverError, cause);
  if ('code' in driverError && isNetworkCode(driverError.code)) return build('DATABASE_CONNECTION_ERROR', { cause });
  return build(codeOfCodelessFailure(driverError.message) ?? 'DATABASE_ERROR', { cause });
}

function fromReport({ code: state, constraint, column }: ServerReport, cause: unknown): ApiError {
  const code = codeOfSqlState(state);
  if (code === 'VALIDATION_ERROR') {
    const message = ERROR_CATALOGUE.VALIDATION_ERROR.message;
    return new ValidationError(
      { fields: column === undefined ? [] : [{ field: column, message, constraint: 'database' }] },
      { cause },
    );
  }
  const field = state === '23505' ? UNIQUE_FIELD.exec(constraint ?? '')?.[1]?.toLowerCase() : undefined;
  return build(code, { cause, ...(field === undefined ? {} : { details: { field } }) });
}

function build(code: ErrorCode, options: ApiErrorOptions): ApiError {
  if (code === 'CONFLICT') return new ConflictError(code, options);
  if (isDatabaseCode(code)) return new DatabaseError(code, options);
  return new ApiError(code, options);
}

function isDatabaseCode(code: ErrorCode): code is CodeWithStatus<500 | 503> {
  return code.startsWith('DATABASE_');
}

/** An error report of the server, also one that another copy of the driver received. */
function isServerReport(error: unknown): error is Error & ServerReport {
  if (error instanceof PostgresError) return isSqlState(error.code);
  return isError(error) && 'severity' in error && 'code' in error && isSqlState(error.code);
}
