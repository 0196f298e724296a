// This one class, so that the errors can be had without the whole framework.
import { HttpException } from '@nestjs/common/exceptions/http.exception.js';
import { ApiError, type ErrorDetails } from '../api-error.js';
import { FileError, FileSizeError, NotFoundError } from '../error-classes.js';
import type { ErrorCode } from '../error-catalogue.js';
import { isError } from '../is-error.js';

/** HTTP status → the plain code that says it. */
const STATUS_CODES: Readonly<Partial<Record<number, ErrorCode>>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  406: 'UNSUPPORTED_MEDIA_TYPE',
  408: 'REQUEST_TIMEOUT',
  409: 'CONFLICT',
  410: 'GONE',
  413: 'PAYLOAD_TOO_LARGE',
  414: 'URI_TOO_LONG',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  417: 'EXPECTATION_FAILED',
  422: 'UNPROCESSABLE_ENTITY',
  429: 'TOO_MANY_REQUESTS',
  431: 'HEADERS_TOO_LARGE',
  502: 'BAD_GATEWAY',
  503: 'SERVICE_UNAVAILABLE',
  504: 'SERVICE_UNAVAILABLE',
};

interface FrameworkMeaning {
  readonly code: ErrorCode;
  readonly details?: ErrorDetails;
}

/** Error codes of Fastify 5 and @fastify/multipart 10 that a caller can provoke. All others are defects of ours. */
const FRAMEWORK_CODES: Readonly<Record<string, FrameworkMeaning>> = {
  FST_ERR_NOT_FOUND: { code: 'NOT_FOUND' },
  FST_ERR_VALIDATION: { code: 'UNPROCESSABLE_ENTITY' },
  FST_ERR_BAD_URL: { code: 'BAD_REQUEST', details: { reason: 'malformed_url' } },
  FST_ERR_INVALID_URL: { code: 'BAD_REQUEST', details: { reason: 'malformed_url' } },
  FST_ERR_MAX_PARAM_LENGTH: { code: 'URI_TOO_LONG' },
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'PAYLOAD_TOO_LARGE' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: 'UNSUPPORTED_MEDIA_TYPE' },
  FST_ERR_CTP_EMPTY_TYPE: { code: 'UNSUPPORTED_MEDIA_TYPE' },
  FST_ERR_CTP_INVALID_TYPE: { code: 'UNSUPPORTED_MEDIA_TYPE' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { code: 'BAD_REQUEST', details: { reason: 'incomplete_body' } },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: 'BAD_REQUEST', details: { reason: 'empty_body' } },
  FST_ERR_CTP_INVALID_JSON_BODY: { code: 'BAD_REQUEST', details: { reason: 'malformed_json' } },
  FST_ERR_HANDLER_TIMEOUT: { code: 'SERVICE_UNAVAILABLE' },
  FST_INVALID_MULTIPART_CONTENT_TYPE: { code: 'UNSUPPORTED_MEDIA_TYPE' },
  FST_INVALID_JSON_FIELD_ERROR: { code: 'BAD_REQUEST', details: { reason: 'malformed_json' } },
  FST_PROTO_VIOLATION: { code: 'BAD_REQUEST', details: { reason: 'forbidden_field_name' } },
  FST_PARTS_LIMIT: { code: 'PAYLOAD_TOO_LARGE', details: { reason: 'too_many_parts' } },
  FST_FILES_LIMIT: { code: 'PAYLOAD_TOO_LARGE', details: { reason: 'too_many_files' } },
  FST_FIELDS_LIMIT: { code: 'PAYLOAD_TOO_LARGE', details: { reason: 'too_many_fields' } },
  FST_REQ_FILE_TOO_LARGE: { code: 'FILE_TOO_LARGE' },
  FST_MP_PREMATURE_CLOSE: { code: 'FILE_ERROR', details: { reason: 'incomplete_upload' } },
};

/** @fastify/busboy gives a form that is not well formed no code; these are constants of its version 3. */
const BROKEN_FORMS: ReadonlySet<string> = new Set([
  'Multipart: Boundary not found',
  'Unexpected end of multipart data',
  'Part terminated early due to unexpected end of multipart data',
  'File terminated early due to unexpected end of multipart data',
]);

/** The plain code of a status; an unlisted 4xx is a bad request, an unlisted 5xx a defect. */
function codeOfStatus(status: number): ErrorCode {
  return STATUS_CODES[status] ?? (status >= 400 && status < 500 ? 'BAD_REQUEST' : 'INTERNAL_SERVER_ERROR');
}

/**
 * Translates what Nest, Fastify, its plugins and `http-errors` throw, by class, code and status. Their messages are theirs
 * and stay in the log.
 * @returns undefined when the error is none of theirs.
 */
export function translateHttpError(error: unknown): ApiError | undefined {
  if (error instanceof HttpException) {
    // Nest wraps Fastify's errors into its own; the inner one says more.
    return translateFrameworkError(error.cause) ?? plain(error.getStatus(), error);
  }
  return translateFrameworkError(error) ?? translateBrokenForm(error) ?? translateExposedError(error);
}

function translateFrameworkError(error: unknown): ApiError | undefined {
  if (!isError(error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  const meaning = Object.hasOwn(FRAMEWORK_CODES, error.code) ? FRAMEWORK_CODES[error.code] : undefined;
  if (meaning === undefined) return undefined;
  const options = { cause: error, ...(meaning.details === undefined ? {} : { details: meaning.details }) };
  if (meaning.code === 'FILE_TOO_LARGE') return new FileSizeError(meaning.code, options);
  if (meaning.code === 'NOT_FOUND') return new NotFoundError(meaning.code, options);
  return new ApiError(meaning.code, options);
}

function translateBrokenForm(error: unknown): ApiError | undefined {
  if (!isError(error) || !BROKEN_FORMS.has(error.message)) return undefined;
  return new FileError('FILE_ERROR', { details: { reason: 'malformed_form' }, cause: error });
}

/** `http-errors` marks with `expose` what is meant for the caller; a vendor's error with a `statusCode` lacks it. */
function translateExposedError(error: unknown): ApiError | undefined {
  if (!isError(error) || !('expose' in error) || error.expose !== true) return undefined;
  return 'statusCode' in error && typeof error.statusCode === 'number' ? plain(error.statusCode, error) : undefined;
}

function plain(status: number, cause: Error): ApiError {
  return new ApiError(codeOfStatus(status), { cause });
}
