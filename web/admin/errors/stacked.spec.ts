import { bucketed, stackOf, summed } from './stacked.ts';

const WINDOW = { fromMs: 0, toMs: 4_000 };

function point(ms: number, count: number) {
  return { at: new Date(ms).toISOString(), count };
}

describe('the stacked chart', () => {
  it('loses no error between its buckets, nor at the edges of the window', () => {
    const points = [point(-500, 1), point(0, 1), point(999, 1), point(1_000, 1), point(3_999, 1), point(4_000, 1)];
    expect(bucketed(points, WINDOW, 4)).toEqual([3, 1, 0, 2]);
  });

  it('puts what has no layer of its own into one for the rest', () => {
    const { times, layers } = stackOf(
      WINDOW,
      [point(0, 5), point(2_000, 3)],
      [{ code: 'A', points: [point(0, 4)] }],
      2,
    );
    expect(times).toEqual([0, 2]);
    expect(layers).toEqual([
      { label: 'A', counts: [4, 0] },
      { label: 'others', counts: [1, 3] },
    ]);
  });

  it('shows no rest where there is none, also when a type has been counted later than all', () => {
    const { layers } = stackOf(WINDOW, [point(0, 1)], [{ code: 'A', points: [point(0, 2)] }], 1);
    expect(layers).toEqual([{ label: 'A', counts: [2] }]);
  });

  it('puts each layer on those below it', () => {
    const layers = [
      { label: 'A', counts: [1, 2] },
      { label: 'B', counts: [3, 0] },
    ];
    expect(summed(layers)).toEqual([
      [1, 2],
      [4, 2],
    ]);
  });
});
