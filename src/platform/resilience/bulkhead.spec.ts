import { Bulkhead, BulkheadFullError } from './bulkhead.js';

const never = new AbortController().signal;

describe('Bulkhead', () => {
  it('admits those who wait in the order of their arrival, never more than there are places', async () => {
    const bulkhead = new Bulkhead(2, 10);
    const admitted: number[] = [];
    const entering = [0, 1, 2, 3, 4].map(async (caller) => {
      await bulkhead.enter(never);
      admitted.push(caller);
    });
    await Promise.all(entering.slice(0, 2));
    expect({ active: bulkhead.active, waiting: bulkhead.waiting, admitted }).toEqual({
      active: 2,
      waiting: 3,
      admitted: [0, 1],
    });
    for (const next of entering.slice(2)) {
      bulkhead.leave();
      await next;
      expect(bulkhead.active).toBe(2);
    }
    expect(admitted).toEqual([0, 1, 2, 3, 4]);
    bulkhead.leave();
    bulkhead.leave();
    expect(bulkhead.active).toBe(0);
  });

  it('refuses who finds no place to wait', async () => {
    const bulkhead = new Bulkhead(1, 0);
    expect(bulkhead.tryEnter()).toBe(true);
    expect(bulkhead.tryEnter()).toBe(false);
    await expect(bulkhead.enter(never)).rejects.toThrow(BulkheadFullError);
  });

  it('makes room in the queue when somebody gives up waiting', async () => {
    const bulkhead = new Bulkhead(1, 1);
    bulkhead.tryEnter();
    const leaving = new AbortController();
    const first = bulkhead.enter(leaving.signal);
    await expect(bulkhead.enter(never)).rejects.toThrow(BulkheadFullError);
    leaving.abort(new Error('gave up'));
    await expect(first).rejects.toThrow('gave up');
    const second = bulkhead.enter(never);
    bulkhead.leave();
    await expect(second).resolves.toBeUndefined();
  });
});
