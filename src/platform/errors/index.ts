export { ApiError, isApiError, type ApiErrorOptions, type ErrorDetails } from './api-error.js';
export { ERROR_CATALOGUE, isErrorCode, type ErrorCode } from './error-catalogue.js';
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
export { describeChain, type ErrorDescription } from './error-description.js';
export { toErrorReply, toRawResponse } from './error-reply.js';
export { ErrorResponder } from './error-responder.js';
export type { ErrorLevel } from './catalogue/catalogue-entry.js';
export { ERROR_SINK, type ErrorContext, type ErrorSink } from './error-sink.port.js';
export { ErrorSinks } from './error-sinks.js';
export { requestErrorContext, type WorkFacts } from './request-error-context.js';
export { fromClassValidator } from './translate/from-class-validator.js';
export { translateError } from './translate/translate-error.js';
export { ValidationError, type FieldProblem } from './validation-error.js';
