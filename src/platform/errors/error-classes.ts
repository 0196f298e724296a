import { ApiError, type ApiErrorOptions } from './api-error.js';
import type { CodeWithStatus } from './error-catalogue.js';

/** Somebody is not who they say, or did not say. 401. */
export class AuthenticationError extends ApiError {
  constructor(code: CodeWithStatus<401> = 'AUTHENTICATION_FAILED', options?: ApiErrorOptions) {
    super(code, options);
  }
}

/** Somebody is known and may not. 403. */
export class AuthorizationError extends ApiError {
  constructor(code: CodeWithStatus<403> = 'ACCESS_DENIED', options?: ApiErrorOptions) {
    super(code, options);
  }
}

/** A token is invalid, expired or revoked. 401. */
export class TokenError extends ApiError {
  constructor(code: CodeWithStatus<401> = 'INVALID_TOKEN', options?: ApiErrorOptions) {
    super(code, options);
  }
}

/** A payment did not succeed, or is missing. 402. */
export class PaymentError extends ApiError {
  constructor(code: CodeWithStatus<402> = 'PAYMENT_ERROR', options?: ApiErrorOptions) {
    super(code, options);
  }
}

/** What Stripe says about one payment, as opposed to about itself ({@link ExternalServiceError}). 402. */
export class StripeError extends PaymentError {
  constructor(code: CodeWithStatus<402> = 'STRIPE_ERROR', options?: ApiErrorOptions) {
    super(code, options);
  }
}

/** Something is wrong with an uploaded file. 400; 413 and 415 in subclasses. */
export class FileError extends ApiError {
  constructor(code: CodeWithStatus<400 | 413 | 415> = 'FILE_ERROR', options?: ApiErrorOptions) {
    super(code, options);
  }
}

/** The content of a file is not what it should be. 400, or 415 for a kind of file nobody takes. */
export class FileValidationError extends FileError {
  constructor(code: CodeWithStatus<400 | 415> = 'FILE_VALIDATION_ERROR', options?: ApiErrorOptions) {
    super(code, options);
  }
}

/** A file is too large; give `details.max_size_mb`. 413. */
export class FileSizeError extends FileError {
  constructor(code: CodeWithStatus<413> = 'FILE_TOO_LARGE', options?: ApiErrorOptions) {
    super(code, options);
  }
}

/** A video could not be made. 500; 422 where the track itself is refused. */
export class RenderingError extends ApiError {
  constructor(code: CodeWithStatus<422 | 500> = 'RENDERING_ERROR', options?: ApiErrorOptions) {
    super(code, options);
  }
}

/** A render took too long or stalled. 500. */
export class RenderingTimeoutError extends RenderingError {
  constructor(code: CodeWithStatus<500> = 'RENDERING_TIMEOUT', options?: ApiErrorOptions) {
    super(code, options);
  }
}

/** A render lacked memory, disk or other resources. 500. */
export class RenderingResourceError extends RenderingError {
  constructor(code: CodeWithStatus<500> = 'RENDERING_RESOURCE_ERROR', options?: ApiErrorOptions) {
    super(code, options);
  }
}

/** A service of somebody else failed, as opposed to having refused this request. 503. */
export class ExternalServiceError extends ApiError {
  constructor(code: CodeWithStatus<502 | 503> = 'SERVICE_UNAVAILABLE', options?: ApiErrorOptions) {
    super(code, options);
  }
}

/** Objects could not be stored or read. 503. */
export class StorageError extends ExternalServiceError {
  constructor(code: CodeWithStatus<503> = 'STORAGE_ERROR', options?: ApiErrorOptions) {
    super(code, options);
  }
}

/** Mail could not be sent. 503. */
export class EmailError extends ExternalServiceError {
  constructor(code: CodeWithStatus<503> = 'EMAIL_ERROR', options?: ApiErrorOptions) {
    super(code, options);
  }
}

/** The database failed. 500 for a defect, 503 for what passes. */
export class DatabaseError extends ApiError {
  constructor(code: CodeWithStatus<500 | 503> = 'DATABASE_ERROR', options?: ApiErrorOptions) {
    super(code, options);
  }
}

/** Somebody asks too often; give `details.retry_after` in seconds. 429. */
export class RateLimitError extends ApiError {
  constructor(code: CodeWithStatus<429> = 'RATE_LIMIT_EXCEEDED', options?: ApiErrorOptions) {
    super(code, options);
  }
}

/** It is not there, or not for this caller. 404. */
export class NotFoundError extends ApiError {
  constructor(code: CodeWithStatus<404> = 'NOT_FOUND', options?: ApiErrorOptions) {
    super(code, options);
  }
}

/** The state of things does not allow it. 409. */
export class ConflictError extends ApiError {
  constructor(code: CodeWithStatus<409> = 'CONFLICT', options?: ApiErrorOptions) {
    super(code, options);
  }
}

/** It was there and is no more. 410. */
export class GoneError extends ApiError {
  constructor(code: CodeWithStatus<410> = 'GONE', options?: ApiErrorOptions) {
    super(code, options);
  }
}
