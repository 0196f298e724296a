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

const NO_DETAILS: ErrorDetails = Object.freeze({});
const API_ERROR = Symbol.for('oriel.ApiError');

/**
 * Base of every error the product knows. Status, retryability and log level come from the catalogue by code and from
 * nowhere else. `details.retry_after` is in whole seconds, and only there where somebody said how long to wait.
 */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  readonly recoverable: boolean;
  readonly occurredAt: Date;

  /** @param code - entry of the catalogue. */
  constructor(code: ErrorCode, options: ApiErrorOptions = {}) {
    const entry: CatalogueEntry = ERROR_CATALOGUE[code];
    const { stackTraceLimit } = Error;
    // What a caller did wrong is never shown with a stack, and taking one is the dearest part of such an error.
    if (entry.status < 500) Error.stackTraceLimit = 0;
    super(options.message ?? entry.message, options.cause === undefined ? undefined : { cause: options.cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.name = new.target.name;
    this.code = code;
    this.details = options.details === undefined ? NO_DETAILS : Object.freeze(withWholeSeconds(options.details));
    this.recoverable = options.recoverable ?? entry.recoverable;
    this.occurredAt = new Date();
  }

  // Once for all, as defining a property on every error would be felt.
  static {
    Object.defineProperty(this.prototype, API_ERROR, { value: true });
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

  /** Seconds to wait before trying again, where whoever refused said so. */
  get retryAfterSeconds(): number | undefined {
    const { retry_after: seconds } = this.details;
    return typeof seconds === 'number' ? seconds : undefined;
  }

  /** The envelope; what HTTP sends has in `details` also what only the edge knows, such as the request id. */
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

function withWholeSeconds(details: ErrorDetails): ErrorDetails {
  if (!('retry_after' in details)) return { ...details };
  const { retry_after: given, ...others } = details;
  if (typeof given !== 'number' || !Number.isFinite(given)) return others;
  return { ...others, retry_after: Math.max(1, Math.ceil(given)) };
}
