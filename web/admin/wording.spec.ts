import { ERROR_CATALOGUE, type ErrorCode } from '../../src/platform/errors/index.js';
import { type Advice, adviceFor } from '../shared/errors/advice.ts';
import { OPERATOR_WORDING } from './wording.ts';

function advice(code: ErrorCode): Advice {
  const { status, message, recoverable } = ERROR_CATALOGUE[code];
  const answer = { status, code, message, recoverable, requestId: 'req-1', retryAfterSeconds: 7, details: {} };
  return adviceFor({ kind: 'answered', ...answer }, OPERATOR_WORDING);
}

const CODES = Object.keys(ERROR_CATALOGUE) as ErrorCode[];

describe('OPERATOR_WORDING', () => {
  it.each(CODES)('does not speak of %s as to a customer', (code) => {
    const { title, hint } = advice(code);
    expect(`${title} ${hint}`).not.toMatch(/your (?:credit|track|video|card)|tell us|we are/i);
  });

  it('leads to the request after a fault of the product', () => {
    expect(advice('DATABASE_ERROR')).toMatchObject({ title: 'The product failed', remedy: 'report' });
  });

  it('offers no other try at a job whose credit is gone', () => {
    expect(advice('PAYMENT_ALREADY_USED').remedy).toBe('none');
    expect(advice('PAYMENT_REQUIRED').remedy).toBe('none');
  });
});
