/** Severity of an error in logs and monitoring: `info` and `warn` are the caller's, `error` and `fatal` ours. */
export type ErrorLevel = 'info' | 'warn' | 'error' | 'fatal';

/** Everything there is to know about one error code. */
export interface CatalogueEntry {
  /** HTTP status of the response. */
  readonly status: number;
  /** One sentence a customer may read. */
  readonly message: string;
  /** Whether the person can do something about it: try again, use another card, send a smaller file. */
  readonly recoverable: boolean;
  /** Whether the machine should try the same operation again. Never leaves the process. */
  readonly retryable: boolean;
  readonly level: ErrorLevel;
  /** Keys of `details` beside `request_id`, each with its meaning and unit. */
  readonly details: Readonly<Record<string, string>>;
  /** What leads to this error. */
  readonly cause: string;
  /** What the caller, or the operator, does about it. */
  readonly remedy: string;
}

/** A group of the catalogue: code → entry. */
export type CatalogueGroup = Readonly<Record<string, CatalogueEntry>>;

/** Meaning of `details.retry_after`, the same wherever it occurs. */
export const RETRY_AFTER = {
  retry_after: 'seconds to wait before trying again (also in the `Retry-After` header)',
} as const;
