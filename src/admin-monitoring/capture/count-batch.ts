import type { GroupFacts } from '../grouping/error-groups.js';

/** Errors of one group, endpoint and service in one second. Plain JSON, as everything in a batch: it may go through a file. */
export interface CountRow {
  /** Index of the group in `groups`. */
  readonly group: number;
  /** Start of the second, in ms since the epoch; of a minute or an hour where memory ran short. */
  readonly atMs: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly endpoint: string;
  readonly service: string;
  readonly count: number;
}

export interface RequestRow {
  /** Start of the second, in ms since the epoch. */
  readonly atMs: number;
  readonly total: number;
  readonly clientErrors: number;
  readonly serverErrors: number;
}

/** What was counted and is not stored yet. */
export interface Counted {
  readonly groups: readonly GroupFacts[];
  readonly counts: readonly CountRow[];
  /** Index of a group, and the digest of a user who met it. */
  readonly users: readonly (readonly [group: number, userHash: string])[];
  readonly requests: readonly RequestRow[];
  /** Sample events that found no room. */
  readonly droppedEvents: number;
  /** Errors that could not even be counted. */
  readonly droppedErrors: number;
}

/** Numbered within its writer, so that it can be told whether it has been stored. It never changes again. */
export interface CountBatch extends Counted {
  /** Id of the run of the process that counted. */
  readonly writer: string;
  readonly number: number;
  readonly instance: string;
  readonly release: string;
}

/** Errors in a batch. */
export function errorsIn({ counts }: Counted): number {
  return counts.reduce((sum, { count }) => sum + count, 0);
}
