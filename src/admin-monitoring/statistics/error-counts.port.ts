import type { ErrorLevel } from '../../platform/errors/index.js';

/** Injection token of {@link ErrorCounts}. */
export const ERROR_COUNTS = Symbol('ErrorCounts');

/** Which errors are meant; all of them where nothing is said. */
export interface CountFilter {
  readonly code?: string | undefined;
  readonly service?: string | undefined;
  readonly level?: ErrorLevel | undefined;
  readonly groupId?: string | undefined;
}

/**
 * How much went wrong, over all processes. Counters arrive about a second after what they count: who compares a window with a
 * threshold once should let it end two seconds ago.
 */
export interface ErrorCounts {
  /**
   * Errors in the half-open window [from, to), ignored groups left out. Exact to the second within the last two hours, to the
   * minute within 48, to the hour within 30 days, to the day before.
   * @throws ApiError `DATABASE_*`
   */
  errors(filter: CountFilter, from: Date, to: Date): Promise<number>;
  /**
   * Requests in the half-open window [from, to), probes left out, and those answered with 5xx. As exact as `errors`, for 30 days.
   * @throws ApiError `DATABASE_*`
   */
  requests(from: Date, to: Date): Promise<RequestTotals>;
}

export interface RequestTotals {
  readonly total: number;
  readonly clientErrors: number;
  readonly serverErrors: number;
}
