import { ago, clockTime, countdown, span } from './time.ts';

const NOON = Date.parse('2026-05-01T12:00:00.000Z');

function before(ms: number): string {
  return new Date(NOON - ms).toISOString();
}

describe('times', () => {
  it.each([
    [0, '0 s'],
    [999, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_599_999, '59 min'],
    [3_600_000, '1 h'],
    [86_400_000 * 40, '40 d'],
    [-5_000, '0 s'],
  ])('span %d ms as %s', (ms, words) => {
    expect(span(ms)).toBe(words);
  });

  it('say how long ago something was, and now where a clock is ahead', () => {
    expect(ago(before(90_000), NOON)).toBe('1 min ago');
    expect(ago(before(-4_000), NOON)).toBe('now');
  });

  it.each([
    [1, '0:01'],
    [1_000, '0:01'],
    [1_001, '0:02'],
    [65_000, '1:05'],
    [0, null],
    [-1_000, null],
  ])('count down from %d ms to %s', (ms, words) => {
    expect(countdown(before(-ms), NOON)).toBe(words);
  });

  it('show milliseconds with all their digits', () => {
    expect(clockTime('2026-05-01T12:00:05.007Z')).toMatch(/^\d\d:\d\d:05\.007$/);
  });
});
