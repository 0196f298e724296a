import { ExternalServiceError } from '../../platform/errors/index.js';
import { translateGcsError } from './gcs-errors.js';

const NOW = new Date('2030-01-01T00:00:00.000Z');
const translated = (error: unknown) => translateGcsError(error, 'upload', NOW);

describe('translateGcsError', () => {
  it.each([
    [400, [], 'STORAGE_REQUEST_REJECTED', false],
    [401, ['authError'], 'GCS_AUTH_ERROR', false],
    [403, ['forbidden'], 'STORAGE_PERMISSION_DENIED', false],
    [403, ['rateLimitExceeded'], 'GCS_RATE_LIMITED', true],
    [403, ['quotaExceeded'], 'STORAGE_QUOTA_EXCEEDED', true],
    [404, ['notFound'], 'STORAGE_OBJECT_NOT_FOUND', false],
    [408, [], 'GCS_TIMEOUT', true],
    [429, ['userRateLimitExceeded'], 'GCS_RATE_LIMITED', true],
    [500, ['backendError'], 'GCS_SERVICE_ERROR', true],
    [503, [], 'GCS_SERVICE_ERROR', true],
    [504, [], 'GCS_TIMEOUT', true],
  ])('makes of status %i with reasons %j %s', (code, reasons, expected, retryable) => {
    const errors = reasons.map((reason) => ({ reason, message: 'not found, or so' }));
    expect(translated({ code, errors })).toMatchObject({ code: expected, retryable });
  });

  it.each([
    ['ECONNREFUSED', 'GCS_CONNECTION_ERROR'],
    ['ECONNRESET', 'GCS_CONNECTION_ERROR'],
    ['ENOTFOUND', 'GCS_CONNECTION_ERROR'],
    ['ETIMEDOUT', 'GCS_TIMEOUT'],
    ['SOMETHING_NEW', 'GCS_SERVICE_ERROR'],
  ])('makes of the system code %s %s, also as a cause', (code, expected) => {
    expect(translated({ code })).toMatchObject({ code: expected });
    expect(translated(new Error('wrapped', { cause: { code } }))).toMatchObject({ code: expected });
  });

  it('believes the status, never the text', () => {
    expect(translated({ code: 503, message: 'Not Found' })).toMatchObject({ code: 'GCS_SERVICE_ERROR' });
    expect(translated(new Error('404 Not Found'))).toMatchObject({ code: 'GCS_SERVICE_ERROR' });
  });

  it('tells refused credentials from a refused request', () => {
    const error = { code: 400, response: { status: 400, data: { error: 'invalid_grant' } } };
    expect(translated(error)).toMatchObject({ code: 'GCS_AUTH_ERROR', retryable: false });
  });

  it('passes on how long to wait, from either kind of headers', () => {
    const headers = { 'retry-after': '17' };
    expect(translated({ code: 503, response: { headers } }).retryAfterSeconds).toBe(17);
    expect(translated({ code: 429, response: { headers: new Headers(headers) } }).retryAfterSeconds).toBe(17);
  });

  it('leaves errors of ours alone and survives what is no error', () => {
    const ours = new ExternalServiceError('GCS_TIMEOUT');
    expect(translated(ours)).toBe(ours);
    for (const odd of [null, undefined, 'text', 7, {}]) expect(translated(odd).code).toBe('GCS_SERVICE_ERROR');
  });
});
