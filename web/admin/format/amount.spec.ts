import { bytes, compact, words } from './amount.ts';

describe('amounts', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [12_345, '12.3K'],
    [1_000_000, '1M'],
  ])('make %d short', (count, text) => {
    expect(compact(count)).toBe(text);
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1.0 kB'],
    [52_428_800, '52.4 MB'],
    [1e18, '1000000.0 TB'],
  ])('say %d bytes', (size, text) => {
    expect(bytes(size)).toBe(text);
  });

  it('turn keys into words', () => {
    expect(words('circuit_breaker.reset_all')).toBe('circuit breaker reset all');
  });
});
