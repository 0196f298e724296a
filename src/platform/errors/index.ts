export { ApiError, isApiError, type ApiErrorOptions, type ErrorDetails, type ErrorEnvelope } from './api-error.js';
export { type CatalogueEntry, type ErrorLevel } from './catalogue/catalogue-entry.js';
export { ERROR_CATALOGUE, isErrorCode, type CodeWithStatus, type ErrorCode } from './error-catalogue.js';
export {
  AuthenticationError,
  AuthorizationError,
  ConflictError,
  DatabaseError,
  EmailError,
  ExternalServiceError,
  FileError,
  FileSizeError,
  FileValidationError,
  GoneError,
  NotFoundError,
  PaymentError,
  RateLimitError,
  RenderingError,
  RenderingResourceError,
  RenderingTimeoutError,
  StorageError,
  StripeError,
  TokenError,
} from './error-classes.js';
export { ERROR_SINK, type ErrorContext, type ErrorSink } from './error-sink.port.js';
export { ValidationError, type FieldProblem } from './validation-error.js';
