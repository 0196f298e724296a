import { translateSendgridError } from './sendgrid-error-translator.js';

const NOW = new Date('2026-01-01T12:00:00.000Z');
const { signal } = new AbortController();

/** What the SDK rejects with: the status as `code`, the rest as `response`. */
function answer(status: number, body: unknown = {}, headers: object = {}): Error {
  return Object.assign(new Error('vendor text'), { code: status, response: { headers, body } });
}

function complaint(field: string | null): unknown {
  return { errors: [{ message: 'vendor text', field, help: null }] };
}

describe('translateSendgridError', () => {
  it.each([
    [answer(401), 'SENDGRID_AUTH_ERROR', false],
    [answer(403), 'SENDGRID_AUTH_ERROR', false],
    [answer(408), 'SENDGRID_SERVICE_ERROR', true],
    [answer(500), 'SENDGRID_SERVICE_ERROR', true],
    [answer(503, '<html>'), 'SENDGRID_SERVICE_ERROR', true],
    [answer(400, complaint('personalizations.0.to.0.email')), 'EMAIL_ADDRESS_REJECTED', false],
    [answer(400, complaint('personalizations.0.to')), 'EMAIL_ADDRESS_REJECTED', false],
    [answer(400, complaint('from.email')), 'EMAIL_CONTENT_REJECTED', false],
    [answer(400, complaint('personalizations.0.subject')), 'EMAIL_CONTENT_REJECTED', false],
    [answer(400, null), 'EMAIL_CONTENT_REJECTED', false],
    [answer(413), 'EMAIL_CONTENT_REJECTED', false],
    [Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 'SENDGRID_CONNECTION_ERROR', true],
    [Object.assign(new Error('x'), { code: 'ECONNRESET' }), 'SENDGRID_CONNECTION_ERROR', true],
    [Object.assign(new Error('x'), { code: 'ECONNABORTED' }), 'SENDGRID_TIMEOUT', true],
    ['a string', 'SENDGRID_CONNECTION_ERROR', true],
  ])('reads %s as %s', (error, code, retryable) => {
    const translated = translateSendgridError(error, signal, NOW);
    expect(translated).toMatchObject({ code, retryable });
    expect(translated.message).not.toContain('vendor text');
    expect(translated.cause).toBe(error);
  });

  it('names the field of an address that is refused', () => {
    const { details } = translateSendgridError(answer(400, complaint('personalizations.0.to.0.email')), signal, NOW);
    expect(details['field']).toBe('personalizations.0.to.0.email');
  });

  it('waits for the end of the rate limit, which comes as epoch seconds', () => {
    const limited = answer(429, {}, { 'x-ratelimit-reset': String(NOW.getTime() / 1_000 + 42) });
    const { code, retryAfterSeconds } = translateSendgridError(limited, signal, NOW);
    expect({ code, retryAfterSeconds }).toEqual({ code: 'EMAIL_RATE_LIMITED', retryAfterSeconds: 42 });
    const past = answer(429, {}, { 'x-ratelimit-reset': '1' });
    expect(translateSendgridError(past, signal, NOW).retryAfterSeconds).toBe(1);
  });

  it('calls a failure after the end of the attempt a time-out', () => {
    const cancelled = Object.assign(new Error('canceled'), { code: 'ERR_CANCELED' });
    expect(translateSendgridError(cancelled, AbortSignal.abort(), NOW).code).toBe('SENDGRID_TIMEOUT');
  });
});
