import { withNewest } from './newest.ts';

function item(id: string, second: number) {
  return { id, occurred_at: new Date(second * 1_000).toISOString() };
}

describe('withNewest', () => {
  it('puts what came in before what was there, whatever the order in which it came', () => {
    const list = withNewest([item('b', 2)], [item('a', 1), item('c', 3)], 10);
    expect(list.map(({ id }) => id)).toEqual(['c', 'b', 'a']);
  });

  it('shows each once, also when it comes twice at once', () => {
    const list = withNewest([item('a', 1)], [item('a', 1), item('b', 2), item('b', 2)], 10);
    expect(list.map(({ id }) => id)).toEqual(['b', 'a']);
  });

  it('keeps the newest of too many', () => {
    const many = Array.from({ length: 50 }, (_, second) => item(String(second), second));
    expect(withNewest([], many, 3).map(({ id }) => id)).toEqual(['49', '48', '47']);
  });

  it('is the same list when nothing is new', () => {
    const list = [item('a', 1)];
    expect(withNewest(list, [item('a', 1)], 10)).toBe(list);
  });
});
