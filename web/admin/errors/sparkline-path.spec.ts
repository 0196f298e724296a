import { sparklinePath } from './sparkline-path.ts';

describe('sparklinePath', () => {
  it('goes from edge to edge, with the most at the top', () => {
    expect(sparklinePath([0, 5, 10], 100, 22)).toBe('M0 21L50 11L100 1');
  });

  it('lies on the ground when there is nothing', () => {
    expect(sparklinePath([0, 0], 10, 12)).toBe('M0 11L10 11');
    expect(sparklinePath([], 10, 12)).toBe('');
  });
});
