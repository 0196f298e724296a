import { ERROR_CATALOGUE, type ErrorCode } from '../../src/platform/errors/index.js';
import { type Advice, adviceFor } from '../shared/errors/advice.ts';
import { CUSTOMER_WORDING } from './wording.ts';

function advice(code: ErrorCode): Advice {
  const { status, message, recoverable } = ERROR_CATALOGUE[code];
  const answer = { status, code, message, recoverable, requestId: 'req-1', retryAfterSeconds: 7, details: {} };
  return adviceFor({ kind: 'answered', ...answer }, CUSTOMER_WORDING);
}

const CODES = Object.keys(ERROR_CATALOGUE) as ErrorCode[];

describe('CUSTOMER_WORDING', () => {
  it.each(CODES.filter((code) => ERROR_CATALOGUE[code].recoverable))('offers a way on after %s', (code) => {
    expect(['report', 'none']).not.toContain(advice(code).remedy);
  });

  it.each(CODES.filter((code) => [429, 503].includes(ERROR_CATALOGUE[code].status)))('waits after %s', (code) => {
    expect(advice(code)).toMatchObject({ remedy: 'wait', retryInSeconds: 7 });
  });

  it.each(['INTERNAL_SERVER_ERROR', 'GCS_UNAVAILABLE', 'RENDERING_UNAVAILABLE'] as const)(
    'says that the credit is safe after %s',
    (code) => {
      expect(advice(code).hint.toLowerCase()).toContain('your credit is safe');
    },
  );
});
