import fc from 'fast-check';
import { COUNT_UNITS, coverWindow, REQUEST_UNITS, startOf } from './count-units.js';

const NOW = Date.parse('2030-06-15T13:37:42.500Z');
const at = (text: string): number => Date.parse(text);
const shown = (from: string, to: string): string[] =>
  coverWindow(at(from), at(to), NOW).map(
    ({ unit, fromMs, toMs }) => `${unit} ${new Date(fromMs).toISOString()} ${(toMs - fromMs) / 1_000}`,
  );

describe('coverWindow', () => {
  it('takes seconds, minutes and hours of a window that ends now', () => {
    expect(shown('2030-06-15T11:58:30.900Z', '2030-06-15T13:37:42.500Z')).toEqual([
      'second 2030-06-15T11:58:30.000Z 30',
      'minute 2030-06-15T11:59:00.000Z 60',
      'hour 2030-06-15T12:00:00.000Z 3600',
      'minute 2030-06-15T13:00:00.000Z 2220',
      'second 2030-06-15T13:37:00.000Z 42',
    ]);
  });

  it('rounds an edge to what is still kept of its age', () => {
    expect(shown('2030-06-14T13:37:42.500Z', '2030-06-14T15:10:10.000Z')).toEqual([
      'minute 2030-06-14T13:37:00.000Z 1380',
      'hour 2030-06-14T14:00:00.000Z 3600',
      'minute 2030-06-14T15:00:00.000Z 600',
    ]);
    expect(shown('2030-06-01T05:59:59.000Z', '2030-06-03T01:30:00.000Z')).toEqual([
      'hour 2030-06-01T05:00:00.000Z 68400',
      'day 2030-06-02T00:00:00.000Z 86400',
      'hour 2030-06-03T00:00:00.000Z 3600',
    ]);
    expect(shown('2030-01-01T22:00:00.000Z', '2030-01-03T01:00:00.000Z')).toEqual([
      'day 2030-01-01T00:00:00.000Z 172800',
    ]);
  });

  it('has nothing of a window without length', () => {
    expect(shown('2030-06-15T13:00:00.100Z', '2030-06-15T13:00:00.900Z')).toEqual([]);
    expect(shown('2030-06-15T13:00:00.000Z', '2030-06-15T12:00:00.000Z')).toEqual([]);
  });

  it('never takes a unit that is not counted', () => {
    const units = coverWindow(NOW - 40 * 86_400_000, NOW, NOW, REQUEST_UNITS).map(({ unit }) => unit);
    expect(units).toEqual(['hour', 'minute', 'second']);
  });

  it('leaves no gap, counts nothing twice, and asks for no counter that is gone', () => {
    const age = fc.integer({ min: 0, max: 500 * 86_400_000 });
    fc.assert(
      fc.property(age, age, (older, younger) => {
        const [fromMs, toMs] = [NOW - Math.max(older, younger), NOW - Math.min(older, younger)];
        const ranges = coverWindow(fromMs, toMs, NOW);
        for (const [index, range] of ranges.entries()) {
          const { lengthMs, keptMs } = COUNT_UNITS[range.unit];
          expect([range.fromMs % lengthMs, range.toMs % lengthMs]).toEqual([0, 0]);
          expect(range.fromMs).toBeLessThan(range.toMs);
          if (index > 0) expect(range.fromMs).toBe(ranges[index - 1]?.toMs);
          // Retention keeps one unit of the next coarser kind more than `keptMs`.
          if (range.unit !== 'day') expect(NOW - range.fromMs).toBeLessThanOrEqual(keptMs + lengthMs * 60);
        }
        if (ranges.length > 0) {
          expect(fromMs - (ranges[0]?.fromMs ?? 0)).toBeLessThan(COUNT_UNITS.day.lengthMs);
          expect(toMs - (ranges.at(-1)?.toMs ?? 0)).toBeLessThan(COUNT_UNITS.day.lengthMs);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('gives windows that meet no second in common', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7_200_000 }), (age) => {
        const middle = NOW - age;
        const before = coverWindow(middle - 3_600_000, middle, NOW).at(-1)?.toMs;
        expect(before).toBe(coverWindow(middle, middle + 3_600_000, NOW).at(0)?.fromMs);
        expect(before).toBe(startOf('second', middle));
      }),
    );
  });
});
