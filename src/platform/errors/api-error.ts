import type { CatalogueEntry, ErrorLevel } from './catalogue/catalogue-entry.js';
import { ERROR_CATALOGUE, type ErrorCode } from './error-catalogue.js';
import { isError } from './is-error.js';

/** What a caller may know beside code and message. Keys are snake_case; values must be JSON. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

export interface ApiErrorOptions {
  /** Replaces the message of the catalogue; a sentence a customer may read. */
  readonly message?: string;
  readonly details?: ErrorDetails;
  /** Replaces the catalogue's answer for this one case. */
  readonly recoverable?: boolean;
  /** What led here. Logged with its own chain, never sent. */
  readonly cause?: unknown;
}

/** Body of every response with a status of 400 or more. */
export interface ErrorEnvelope {
  readonly error: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly details: ErrorDetails;
    /** ISO 8601, UTC, milliseconds. */
    readonly timestamp: string;
    readonly recoverable: boolean;
  };
}

/** Seconds to wait where whoever refused did not say: the window of the default limit, and a typical restart. */
const DEFAULT_RETRY_AFTER_SECONDS: Readonly<Partial<Record<number, number>>> = { 429: 60, 503: 10 };

const API_ERROR = Symbol.for('oriel.ApiError');

/**
 * Base of every error the product knows. Status, retryability and log level come from the catalogue by code and from
 * nowhere else. An error with status 429 or 503 always has `details.retry_after`, in whole seconds.
 */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  readonly recoverable: boolean;
  readonly occurredAt: Date;

  /** @param code - entry of the catalogue. */
  constructor(code: ErrorCode, options: ApiErrorOptions = {}) {
    const entry: CatalogueEntry = ERROR_CATALOGUE[code];
    super(options.message ?? entry.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.details = Object.freeze(withRetryAfter(entry.status, options.details ?? {}));
    this.recoverable = options.recoverable ?? entry.recoverable;
    this.occurredAt = new Date();
    Object.defineProperty(this, API_ERROR, { value: true });
  }

  /** HTTP status of the response. */
  get status(): number {
    return this.entry.status;
  }

  /** Whether the machine should try the same operation again. */
  get retryable(): boolean {
    return this.entry.retryable;
  }

  get level(): ErrorLevel {
    return this.entry.level;
  }

  /** Seconds to wait before trying again, where that is known. */
  get retryAfterSeconds(): number | undefined {
    const { retry_after: seconds } = this.details;
    return typeof seconds === 'number' ? seconds : undefined;
  }

  /** The envelope; what HTTP sends has `details.request_id` added. */
  toJSON(): ErrorEnvelope {
    const { code, message, details, recoverable } = this;
    return { error: { code, message, details, timestamp: this.occurredAt.toISOString(), recoverable } };
  }

  private get entry(): CatalogueEntry {
    return ERROR_CATALOGUE[this.code];
  }
}

/** Recognises an {@link ApiError} also where a second copy of the module was loaded. Never throws. */
export function isApiError(value: unknown): value is ApiError {
  try {
    return isError(value) && API_ERROR in value;
  } catch {
    // A proxy or getter that throws when looked at is not one of ours.
    return false;
  }
}

function withRetryAfter(status: number, details: ErrorDetails): ErrorDetails {
  const fallback = DEFAULT_RETRY_AFTER_SECONDS[status];
  const given = details['retry_after'];
  if (given === undefined && fallback === undefined) return { ...details };
  const seconds = typeof given === 'number' && Number.isFinite(given) ? Math.max(1, Math.ceil(given)) : (fallback ?? 1);
  return { ...details, retry_after: seconds };
}
