import { describeChain } from './error-description.js';

describe('describeChain', () => {
  it('tells the whole chain of causes, outermost first, with stacks', () => {
    const inner = Object.assign(new TypeError('inner'), { code: 'E_INNER' });
    const chain = describeChain(new Error('outer', { cause: new Error('middle', { cause: inner }) }));
    expect(chain.map(({ name, message }) => `${name}: ${message}`)).toEqual([
      'Error: outer',
      'Error: middle',
      'TypeError: inner',
    ]);
    expect(chain[2]?.code).toBe('E_INNER');
    expect(chain[0]?.stack).toContain('error-description.spec');
  });

  it('keeps the frames of an error with an endless message', () => {
    const [described] = describeChain(new Error('x'.repeat(1_000_000)));
    expect(described?.stack).toContain('error-description.spec');
    expect(described?.stack?.length).toBeLessThanOrEqual(8_000);
  });

  it('ends at a cycle', () => {
    const first = new Error('first');
    first.cause = new Error('second', { cause: first });
    expect(describeChain(first)).toHaveLength(2);
  });

  it('bounds what it tells', () => {
    let deep: Error | undefined;
    for (let level = 0; level < 100; level += 1) deep = new Error('x'.repeat(1_000_000), { cause: deep });
    expect(JSON.stringify(describeChain(deep)).length).toBeLessThan(150_000);
  });

  it.each([
    ['text', 'string', 'text'],
    [null, 'object', 'null'],
    [7n, 'bigint', '7'],
    [{ toString: null }, 'object', '(object)'],
  ])('describes what is no Error: %p', (thrown, name, message) => {
    expect(describeChain(thrown)).toEqual([{ name, message }]);
  });

  it('survives getters that throw', () => {
    const error = Object.defineProperty(new Error('x'), 'message', {
      get: () => {
        throw new Error('no');
      },
    });
    expect(describeChain(error)[0]).toMatchObject({ name: 'Error', message: '' });
  });
});
