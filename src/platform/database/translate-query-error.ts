import { QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';
import { type ApiError, DatabaseError, translateError } from '../errors/index.js';

/**
 * Translates what a query threw. TypeORM takes the connection away from a transaction that lost it between two statements,
 * and then reports the next statement as the caller's mistake; here it is called what it is.
 */
export function translateQueryError(error: unknown): ApiError {
  if (error instanceof QueryRunnerProviderAlreadyReleasedError || error instanceof QueryRunnerAlreadyReleasedError) {
    return new DatabaseError('DATABASE_CONNECTION_ERROR', { cause: error });
  }
  return translateError(error);
}
