import { ERROR_CATALOGUE, type ErrorCode } from '../../../src/platform/errors/index.js';
import type { Failure } from '../api/failure.ts';
import { adviceFor } from './advice.ts';

const CODES = Object.keys(ERROR_CATALOGUE) as ErrorCode[];

function answered(code: ErrorCode, retryAfterSeconds: number | null = null): Failure {
  const { status, message, recoverable } = ERROR_CATALOGUE[code];
  return { kind: 'answered', status, code, message, recoverable, requestId: 'req-1', retryAfterSeconds, details: {} };
}

describe('adviceFor', () => {
  it.each(CODES)('says for %s what happened, what to do, and what to quote', (code) => {
    const advice = adviceFor(answered(code));
    expect(advice.message).toBe(ERROR_CATALOGUE[code].message);
    expect(advice.title).not.toBe('');
    expect(advice.hint).not.toBe('');
    expect(advice.requestId).toBe('req-1');
  });

  it.each(CODES.filter((code) => ERROR_CATALOGUE[code].recoverable))('offers a way on after %s', (code) => {
    expect(['report', 'none']).not.toContain(adviceFor(answered(code)).remedy);
  });

  it.each(CODES.filter((code) => [429, 503].includes(ERROR_CATALOGUE[code].status)))(
    'waits as long as the answer says after %s, then tries again',
    (code) => {
      expect(adviceFor(answered(code, 7))).toMatchObject({ remedy: 'wait', retryInSeconds: 7 });
    },
  );

  it('says that the credit is safe when the fault is ours', () => {
    expect(adviceFor(answered('INTERNAL_SERVER_ERROR')).hint).toContain('credit is safe');
  });

  it.each<Failure>([{ kind: 'unreachable' }, { kind: 'foreign', status: 502 }])('goes on by itself: %j', (failure) => {
    const { remedy, retryInSeconds, requestId } = adviceFor(failure);
    expect([remedy, requestId]).toEqual(['wait', null]);
    expect(retryInSeconds).toBeGreaterThan(0);
  });

  it('offers another try after a defect of the page, but does not repeat it by itself', () => {
    expect(adviceFor({ kind: 'defect' })).toMatchObject({ remedy: 'retry', retryInSeconds: null, requestId: null });
  });
});
