import { ApiError, type ErrorDetails } from './api-error.js';
import { ConflictError, RateLimitError, StorageError, TokenError } from './error-classes.js';
import { toErrorReply, toRawResponse } from './error-reply.js';

const FACTS = { requestId: 'request-1', bodyLimitBytes: 1_048_576 };

function detailsOf(error: ApiError): unknown {
  return (JSON.parse(toErrorReply(error, FACTS).body) as { error: { details: unknown } }).error.details;
}

describe('toErrorReply', () => {
  it('is the envelope with the request id', () => {
    const error = new ConflictError('JOB_NOT_COMPLETED', { details: { status: 'queued' } });
    const { status, headers, body } = toErrorReply(error, FACTS);
    expect(status).toBe(409);
    expect(headers).toEqual({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-request-id': 'request-1',
    });
    expect(JSON.parse(body)).toEqual({
      error: {
        code: 'JOB_NOT_COMPLETED',
        message: 'This video is not finished yet.',
        details: { status: 'queued', request_id: 'request-1' },
        timestamp: error.occurredAt.toISOString(),
        recoverable: true,
      },
    });
  });

  it('lets nobody forge the request id', () => {
    expect(detailsOf(new ApiError('GONE', { details: { request_id: 'other' } }))).toEqual({ request_id: 'request-1' });
  });

  it('says when to come back in header and details alike', () => {
    const error = new RateLimitError('RATE_LIMIT_EXCEEDED', { details: { retry_after: 7 } });
    expect(toErrorReply(error, FACTS).headers['retry-after']).toBe('7');
    expect(detailsOf(error)).toMatchObject({ retry_after: 7 });
  });

  it.each([
    [new RateLimitError(), 60],
    [new StorageError(), 10],
  ])('gives %s, which does not say when to come back, a usual wait', (error, seconds) => {
    expect(toErrorReply(error, FACTS).headers['retry-after']).toBe(String(seconds));
    expect(detailsOf(error)).toEqual({ retry_after: seconds, request_id: 'request-1' });
  });

  it('challenges, and names the error only to who brought a token', () => {
    const challenge = (error: ApiError): string | undefined => toErrorReply(error, FACTS).headers['www-authenticate'];
    expect(challenge(new ApiError('UNAUTHORIZED'))).toBe('Bearer realm="oriel"');
    expect(challenge(new TokenError('TOKEN_EXPIRED'))).toBe('Bearer realm="oriel", error="invalid_token"');
  });

  it('fills in what only the edge knows, unless it was given', () => {
    expect(detailsOf(new ApiError('PAYLOAD_TOO_LARGE'))).toMatchObject({ max_size_mb: 1 });
    expect(detailsOf(new ApiError('FILE_TOO_LARGE', { details: { max_size_mb: 50 } }))).toMatchObject({
      max_size_mb: 50,
    });
    expect(detailsOf(new ApiError('UNSUPPORTED_MEDIA_TYPE'))).toMatchObject({
      supported_types: ['application/json', 'multipart/form-data'],
    });
  });

  it('names the size of the file to who asked for a part beyond it', () => {
    const contentRange = (details: ErrorDetails): string | undefined =>
      toErrorReply(new ApiError('RANGE_NOT_SATISFIABLE', { details }), FACTS).headers['content-range'];
    expect(contentRange({ size_bytes: 700_000 })).toBe('bytes */700000');
    expect(contentRange({ size_bytes: 0 })).toBe('bytes */0');
    for (const size of [undefined, -1, 1.5, '7\r\nx: y']) expect(contentRange({ size_bytes: size })).toBeUndefined();
  });

  it.each([1n, cycle(), undefined])('stays an envelope whatever the details are: %p', (value) => {
    expect(detailsOf(new ApiError('CONFLICT', { details: { value } }))).toMatchObject({ request_id: 'request-1' });
  });

  it('lets no secret out', () => {
    const details = { hint: 'https://user:hunter2@example.com/?token=abc', api_key: 'sk_live_0123456789abcdef' };
    expect(toErrorReply(new ApiError('CONFLICT', { details }), FACTS).body).not.toMatch(/hunter2|abc|sk_live/);
  });

  it('leaves the fields of a refused form as they are', () => {
    const fields = [{ field: 'password', message: 'password is too short', constraint: 'minLength' }];
    expect(detailsOf(new ApiError('VALIDATION_ERROR', { details: { fields } }))).toMatchObject({ fields });
  });
});

describe('toRawResponse', () => {
  const reply = toErrorReply(new ApiError('BAD_REQUEST', { details: { reason: 'mäßig' } }), FACTS);

  it('is a whole HTTP response that closes the connection', () => {
    const text = toRawResponse(reply);
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(head).toContain(`content-length: ${Buffer.byteLength(body)}`);
    expect(head).toContain('connection: close');
    expect(body).toBe(reply.body);
  });

  it('leaves the body out for HEAD', () => {
    expect(toRawResponse(reply, true)).toMatch(/\r\n\r\n$/);
  });
});

function cycle(): object {
  const value: Record<string, unknown> = {};
  value['self'] = value;
  return value;
}
