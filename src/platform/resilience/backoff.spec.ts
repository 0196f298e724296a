import fc from 'fast-check';
import { nextBackoffMs, parseRetryAfter } from './backoff.js';

describe('nextBackoffMs', () => {
  it('stays between 200 ms and 5 s, and within three times the pause before', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 5_000, noNaN: true }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (previous, random) => {
          const delay = nextBackoffMs(previous, () => random);
          expect(delay).toBeGreaterThanOrEqual(200);
          expect(delay).toBeLessThanOrEqual(Math.min(5_000, Math.max(600, previous * 3)));
        },
      ),
      { seed: 1 },
    );
  });

  it('spreads callers who failed together', () => {
    const delays = [0, 0.25, 0.5, 0.75].map((random) => nextBackoffMs(1_000, () => random));
    expect(new Set(delays).size).toBe(4);
  });
});

describe('parseRetryAfter', () => {
  const now = new Date('2030-01-01T00:00:00.000Z');

  it.each([
    ['7', 7],
    [' 120 ', 120],
    ['0', 0],
    ['Tue, 01 Jan 2030 00:00:30 GMT', 30],
    ['Tue, 01 Jan 2030 00:00:00 GMT', 0],
    ['Mon, 31 Dec 2029 23:00:00 GMT', 0],
  ])('reads %j as %d seconds', (value, seconds) => {
    expect(parseRetryAfter(value, now)).toBe(seconds);
  });

  it.each(['', 'soon', '-5', '1.5', '1e3', '2030-01-01', 'Tue, someday', '99999999999999999999', null, undefined])(
    'makes nothing of %j',
    (value) => {
      expect(parseRetryAfter(value, now)).toBeUndefined();
    },
  );
});
