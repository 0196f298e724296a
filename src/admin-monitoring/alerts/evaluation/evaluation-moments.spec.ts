import fc from 'fast-check';
import { momentsToEvaluate, settledMoment } from './evaluation-moments.js';

const AT = Date.parse('2030-01-01T00:00:00.000Z');
const seconds = (window: number, sinceLast: number | null): readonly number[] =>
  momentsToEvaluate(window, sinceLast === null ? null : AT - sinceLast * 1_000, AT).map((ms) => (ms - AT) / 1_000);

describe('settledMoment', () => {
  it('is the last whole second two seconds ago', () => {
    expect(settledMoment(new Date(AT + 2_000))).toBe(AT);
    expect(settledMoment(new Date(AT + 2_999))).toBe(AT);
    expect(settledMoment(new Date(AT + 3_000))).toBe(AT + 1_000);
  });
});

describe('momentsToEvaluate', () => {
  it.each<[string, number, number | null, readonly number[]]>([
    ['once for an ordinary window', 300, 10, [0]],
    ['once for a window as long as the pace', 10, 10, [0]],
    ['at the first evaluation as if the last had been in time', 5, null, [-5, 0]],
    ['end to end for short windows', 3, 10, [-9, -6, -3, 0]],
    ['at every second for a window of one', 1, 4, [-3, -2, -1, 0]],
    ['more often when it comes late', 10, 25, [-20, -10, 0]],
    ['not again for the same moment', 10, 0, []],
    ['not for what is long past', 30, 86_400, [-30, 0]],
  ])('looks %s', (_, window, sinceLast, expected) => {
    expect(seconds(window, sinceLast)).toEqual(expected);
  });

  it('leaves no second out that is less than a minute old', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 60 }), (window, sinceLast) => {
        const [first = Infinity, ...others] = seconds(window, sinceLast);
        expect(first - window).toBeLessThanOrEqual(-sinceLast);
        let previous = first;
        for (const moment of others) {
          expect(moment - window).toBe(previous);
          previous = moment;
        }
        expect(previous).toBe(0);
      }),
    );
  });
});
