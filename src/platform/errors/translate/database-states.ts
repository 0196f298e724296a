import type { ErrorCode } from '../error-catalogue.js';

/**
 * SQLSTATE class (first two characters) → code, for every class of the table in appendix A of the PostgreSQL manual that is
 * not a plain `DATABASE_ERROR`.
 */
const CLASS_CODES: Readonly<Record<string, ErrorCode>> = {
  '08': 'DATABASE_CONNECTION_ERROR', // connection exception
  '22': 'VALIDATION_ERROR', // data exception: a value the column cannot hold
  '23': 'CONFLICT', // integrity constraint violation
  '53': 'DATABASE_OVERLOADED', // insufficient resources
  '57': 'DATABASE_CONNECTION_ERROR', // operator intervention: shutdown, crash, drop
};

/** Conditions whose code differs from that of their class. */
const STATE_CODES: Readonly<Record<string, ErrorCode>> = {
  '23001': 'CONFLICT', // restrict_violation
  '23502': 'VALIDATION_ERROR', // not_null_violation
  '23514': 'VALIDATION_ERROR', // check_violation
  '25P03': 'DATABASE_TIMEOUT', // idle_in_transaction_session_timeout
  '25P04': 'DATABASE_TIMEOUT', // transaction_timeout
  '40001': 'DATABASE_OVERLOADED', // serialization_failure that outlived its repetitions
  '40P01': 'DATABASE_OVERLOADED', // deadlock_detected that outlived its repetitions
  '40003': 'DATABASE_CONNECTION_ERROR', // statement_completion_unknown
  '55P03': 'DATABASE_TIMEOUT', // lock_not_available
  '55006': 'DATABASE_OVERLOADED', // object_in_use
  '57000': 'DATABASE_ERROR', // operator_intervention without saying which
  '57014': 'DATABASE_TIMEOUT', // query_canceled: statement_timeout
  '58000': 'DATABASE_ERROR', // system_error
};

/** node-postgres gives these failures of the connection no code; their texts are constants of pg 8 and pg-pool 3. */
const CODELESS_FAILURES: Readonly<Record<string, ErrorCode>> = {
  'timeout exceeded when trying to connect': 'DATABASE_TIMEOUT',
  'Query read timeout': 'DATABASE_TIMEOUT',
  'timeout expired': 'DATABASE_CONNECTION_ERROR',
  'Connection terminated': 'DATABASE_CONNECTION_ERROR',
  'Connection terminated unexpectedly': 'DATABASE_CONNECTION_ERROR',
  'Connection terminated due to connection timeout': 'DATABASE_CONNECTION_ERROR',
  'Client has encountered a connection error and is not queryable': 'DATABASE_CONNECTION_ERROR',
  'Client was closed and is not queryable': 'DATABASE_CONNECTION_ERROR',
  'Cannot use a pool after calling end on the pool': 'DATABASE_CONNECTION_ERROR',
};

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** Whether a string has the form of an SQLSTATE. Node's own codes (`EPIPE`) may look alike: ask for `severity` as well. */
export function isSqlState(value: unknown): value is string {
  return typeof value === 'string' && SQLSTATE.test(value);
}

/** The code of the catalogue for an SQLSTATE, known or not. */
export function codeOfSqlState(state: string): ErrorCode {
  return STATE_CODES[state] ?? CLASS_CODES[state.slice(0, 2)] ?? 'DATABASE_ERROR';
}

/** The code for a failure node-postgres reports by a constant sentence only; undefined for any other text. */
export function codeOfCodelessFailure(message: string): ErrorCode | undefined {
  return Object.hasOwn(CODELESS_FAILURES, message) ? CODELESS_FAILURES[message] : undefined;
}
