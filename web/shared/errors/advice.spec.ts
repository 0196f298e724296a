import { ERROR_CATALOGUE, type ErrorCode } from '../../../src/platform/errors/index.js';
import type { Failure } from '../api/failure.ts';
import { adviceFor } from './advice.ts';
import type { Wording } from './wording.ts';

const CODES = Object.keys(ERROR_CATALOGUE) as ErrorCode[];
const WORDING: Wording = {
  codes: { JOB_NOT_FOUND: { title: 'Not here', hint: 'Look elsewhere.', remedy: 'none' } },
  away: { title: 'Away', hint: 'Wait.' },
  fault: { title: 'A fault', hint: 'Tell us.' },
  refusal: { title: 'Refused', hint: 'Ask us.' },
};

function answered(code: ErrorCode, retryAfterSeconds: number | null = null): Failure {
  const { status, message, recoverable } = ERROR_CATALOGUE[code];
  return { kind: 'answered', status, code, message, recoverable, requestId: 'req-1', retryAfterSeconds, details: {} };
}

describe('adviceFor', () => {
  it.each(CODES)('says for %s what happened, what to do, and what to quote', (code) => {
    const advice = adviceFor(answered(code), WORDING);
    expect(advice.message).toBe(ERROR_CATALOGUE[code].message);
    expect(advice.title).not.toBe('');
    expect(advice.hint).not.toBe('');
    expect(advice.requestId).toBe('req-1');
  });

  it.each(CODES.filter((code) => [429, 503].includes(ERROR_CATALOGUE[code].status)))(
    'waits as long as the answer says after %s, then tries again',
    (code) => {
      expect(adviceFor(answered(code, 7), WORDING)).toMatchObject({ remedy: 'wait', retryInSeconds: 7 });
    },
  );

  it.each([
    ['JOB_NOT_FOUND', 'Not here', 'none'],
    ['GCS_UNAVAILABLE', 'Away', 'wait'],
    ['INTERNAL_SERVER_ERROR', 'A fault', 'report'],
    ['REQUEST_NOT_FOUND', 'Refused', 'report'],
    ['INVALID_TOKEN', 'Please sign in again', 'sign-in'],
  ] as const)('says of %s in the words of the page: %s', (code, title, remedy) => {
    expect(adviceFor(answered(code), WORDING)).toMatchObject({ title, remedy });
  });

  it.each<Failure>([{ kind: 'unreachable' }, { kind: 'foreign', status: 502 }])('goes on by itself: %j', (failure) => {
    const { remedy, retryInSeconds, requestId } = adviceFor(failure, WORDING);
    expect([remedy, requestId]).toEqual(['wait', null]);
    expect(retryInSeconds).toBeGreaterThan(0);
  });

  it('offers another try after a defect of the page, but does not repeat it by itself', () => {
    const advice = adviceFor({ kind: 'defect' }, WORDING);
    expect(advice).toMatchObject({ remedy: 'retry', retryInSeconds: null, requestId: null });
  });
});
