import { ApiError, isApiError } from './api-error.js';
import { ERROR_CATALOGUE } from './error-catalogue.js';
import * as classes from './error-classes.js';
import { ValidationError } from './validation-error.js';

const DEFAULTS = {
  AuthenticationError: 'AUTHENTICATION_FAILED',
  AuthorizationError: 'ACCESS_DENIED',
  TokenError: 'INVALID_TOKEN',
  PaymentError: 'PAYMENT_ERROR',
  StripeError: 'STRIPE_ERROR',
  FileError: 'FILE_ERROR',
  FileValidationError: 'FILE_VALIDATION_ERROR',
  FileSizeError: 'FILE_TOO_LARGE',
  RenderingError: 'RENDERING_ERROR',
  RenderingTimeoutError: 'RENDERING_TIMEOUT',
  RenderingResourceError: 'RENDERING_RESOURCE_ERROR',
  ExternalServiceError: 'SERVICE_UNAVAILABLE',
  StorageError: 'STORAGE_ERROR',
  EmailError: 'EMAIL_ERROR',
  DatabaseError: 'DATABASE_ERROR',
  RateLimitError: 'RATE_LIMIT_EXCEEDED',
  NotFoundError: 'NOT_FOUND',
  ConflictError: 'CONFLICT',
  GoneError: 'GONE',
} as const satisfies Record<keyof typeof classes, string>;

const STATUSES: Readonly<Record<keyof typeof DEFAULTS, number>> = {
  AuthenticationError: 401,
  AuthorizationError: 403,
  TokenError: 401,
  PaymentError: 402,
  StripeError: 402,
  FileError: 400,
  FileValidationError: 400,
  FileSizeError: 413,
  RenderingError: 500,
  RenderingTimeoutError: 500,
  RenderingResourceError: 500,
  ExternalServiceError: 503,
  StorageError: 503,
  EmailError: 503,
  DatabaseError: 500,
  RateLimitError: 429,
  NotFoundError: 404,
  ConflictError: 409,
  GoneError: 410,
};

describe('the error classes', () => {
  const byName = new Map(Object.values(classes).map((errorClass) => [errorClass.name, errorClass]));

  it.each(Object.entries(DEFAULTS))('%s has the default code %s', (name, code) => {
    const ErrorClass = byName.get(name);
    if (ErrorClass === undefined) throw new Error(`no class ${name}`);
    const error = new ErrorClass();
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ name, code, status: STATUSES[name as keyof typeof DEFAULTS] });
    const { message, recoverable, retryable, level } = ERROR_CATALOGUE[code];
    expect(error).toMatchObject({ message, recoverable, retryable, level });
  });

  it('form the families of the design', () => {
    expect(new classes.StripeError()).toBeInstanceOf(classes.PaymentError);
    expect(new classes.FileValidationError()).toBeInstanceOf(classes.FileError);
    expect(new classes.FileSizeError()).toBeInstanceOf(classes.FileError);
    expect(new classes.RenderingTimeoutError()).toBeInstanceOf(classes.RenderingError);
    expect(new classes.RenderingResourceError()).toBeInstanceOf(classes.RenderingError);
    expect(new classes.StorageError()).toBeInstanceOf(classes.ExternalServiceError);
    expect(new classes.EmailError()).toBeInstanceOf(classes.ExternalServiceError);
  });
});

describe('ApiError', () => {
  it('takes message, details and recoverable for one case, all else from the catalogue', () => {
    const error = new classes.PaymentError('PAYMENT_DECLINED', {
      message: 'Your card has too little money on it.',
      details: { reason: 'insufficient_funds' },
      recoverable: false,
    });
    expect(error.toJSON()).toEqual({
      error: {
        code: 'PAYMENT_DECLINED',
        message: 'Your card has too little money on it.',
        details: { reason: 'insufficient_funds' },
        timestamp: error.occurredAt.toISOString(),
        recoverable: false,
      },
    });
    expect(error.occurredAt.toISOString()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('keeps its cause to itself', () => {
    const error = new classes.StorageError('STORAGE_ERROR', { cause: new Error('secret path /var/x') });
    expect(error.cause).toBeInstanceOf(Error);
    expect(JSON.stringify(error)).not.toContain('secret path');
  });

  it.each([
    [0.2, 1],
    [1.01, 2],
    [-5, 1],
    [30, 30],
  ])('rounds a wait of %d s up to %d whole seconds', (given, expected) => {
    const error = new classes.RateLimitError('RATE_LIMIT_EXCEEDED', { details: { retry_after: given } });
    expect(error.retryAfterSeconds).toBe(expected);
    expect(error.details['retry_after']).toBe(expected);
  });

  it('has a wait only where one was given', () => {
    for (const given of [{}, { retry_after: undefined }, { retry_after: Number.NaN }, { retry_after: '7' }]) {
      const error = new classes.StorageError('STORAGE_ERROR', { details: { operation: 'upload', ...given } });
      expect(error.retryAfterSeconds).toBeUndefined();
      expect(error.details).toEqual({ operation: 'upload' });
    }
  });

  it('cannot be changed through the details it was given', () => {
    const details = { status: 'queued' };
    const error = new classes.ConflictError('JOB_NOT_COMPLETED', { details });
    details.status = 'failed';
    expect(error.details).toEqual({ status: 'queued' });
    expect(Object.isFrozen(error.details)).toBe(true);
  });

  it('is recognised, and nothing else is', () => {
    expect(isApiError(new classes.GoneError())).toBe(true);
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const other of [new Error('x'), null, 'x', { code: 'GONE', status: 410 }, proxy])
      expect(isApiError(other)).toBe(false);
  });
});

describe('ValidationError', () => {
  it('takes the sentence of a single field as its message', () => {
    const error = new ValidationError({ field: 'email', message: 'E-mail is required' });
    expect(error).toMatchObject({ status: 422, code: 'VALIDATION_ERROR', message: 'E-mail is required' });
    expect(error.details).toEqual({
      fields: [{ field: 'email', message: 'E-mail is required', constraint: 'invalid' }],
    });
  });

  it('lists several fields under the sentence of the catalogue', () => {
    const fields = ['a', 'b'].map((field) => ({ field, message: `${field} is wrong`, constraint: 'isInt' }));
    const error = new ValidationError({ fields });
    expect(error.message).toBe(ERROR_CATALOGUE.VALIDATION_ERROR.message);
    expect(error.details['fields']).toEqual(fields);
  });
});
