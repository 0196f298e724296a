import fc from 'fast-check';
import { redact } from './redactor.js';

class Account {
  readonly id = 7;
  readonly apiKey = 'canary';
  get summary(): string {
    return 'not an own property';
  }
}

describe('redact', () => {
  it('hides values by their key, in any case, spelling and depth', () => {
    const secrets = {
      password: 'canary',
      user_passwd: 'canary',
      newPassword: 'canary',
      'X-Auth-Token': 'canary',
      'set-cookie': ['canary'],
      Authorization: 'canary',
      XCSRFTOKEN: 'canary',
      clientSecret: { value: 'canary' },
      'card[number]': 'canary',
      cvc: 123,
      IBAN: 'canary',
      stripeSignature: 'canary',
      privateKey: Buffer.from('canary'),
    };
    const redacted = redact({ list: [{ deeper: new Map([['inside', secrets]]) }] });
    const shown = Object.values((redacted as { list: { deeper: { inside: object } }[] }).list[0]?.deeper.inside ?? {});
    expect(shown).toEqual(Object.keys(secrets).map(() => '[REDACTED]'));
  });

  it('keeps what only sounds similar', () => {
    const harmless = { discarded: 3, cardinality: 4, assigned: 'yes', author: 'Jane', passed: 1, has_password: true };
    expect(redact(harmless)).toEqual(harmless);
  });

  it('hides the value next to a sensitive name', () => {
    expect(redact({ name: 'authorization', value: 'canary' })).toEqual({ name: 'authorization', value: '[REDACTED]' });
    expect(redact(['Host', 'localhost', 'Cookie', 'canary'])).toEqual(['Host', 'localhost', 'Cookie', '[REDACTED]']);
    expect(redact(new Headers({ cookie: 'canary', host: 'localhost' }))).toEqual({
      cookie: '[REDACTED]',
      host: 'localhost',
    });
    expect(redact(new URLSearchParams('token=canary&page=2'))).toEqual({ token: '[REDACTED]', page: '2' });
  });

  it('hides secrets by their look in values, keys and numbers', () => {
    expect(redact({ note: 'key sk_live_1234567890', sk_live_1234567890: 1, n: 4242424242424242 })).toEqual({
      note: 'key [REDACTED]',
      '[REDACTED]': 1,
      n: '[REDACTED]',
    });
  });

  it('describes an error with its chain of causes and what it carries', () => {
    const cause = new TypeError('no such user jane@example.com', { cause: 'Bearer canary' });
    const error = Object.assign(new Error('failed: password=canary', { cause }), { code: 'E_TEST', token: 'canary' });
    const redacted = redact({ err: error }) as { err: Record<string, unknown> & { cause: Record<string, unknown> } };
    expect(redacted.err).toMatchObject({
      type: 'Error',
      message: 'failed: password=[REDACTED]',
      code: 'E_TEST',
      token: '[REDACTED]',
      cause: { type: 'TypeError', message: 'no such user j***@example.com', cause: 'Bearer [REDACTED]' },
    });
    expect(redacted.err['stack']).toContain('redactor.spec');
    expect(JSON.stringify(redacted)).not.toContain('canary');
  });

  it('survives cycles, also between errors', () => {
    const error = new Error('one');
    error.cause = new Error('two', { cause: error });
    const object: Record<string, unknown> = { error };
    object['self'] = object;
    expect(redact(object)).toMatchObject({ self: '[Circular]', error: { cause: { cause: '[Circular]' } } });
  });

  it('shows an object twice when it occurs twice without a cycle', () => {
    const shared = { a: 1 };
    expect(redact({ x: shared, y: shared })).toEqual({ x: { a: 1 }, y: { a: 1 } });
  });

  it('survives getters and proxies that throw', () => {
    const hostile = {
      fine: 1,
      get broken(): never {
        throw new Error('no');
      },
      proxy: new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('no');
          },
        },
      ),
      toString: () => {
        throw new Error('no');
      },
    };
    expect(redact(hostile)).toMatchObject({ fine: 1, broken: '[Throws]', proxy: '[Unreadable]' });
  });

  it('survives an error whose properties throw', () => {
    const error = new Error('fine');
    Object.defineProperty(error, 'message', {
      get: () => {
        throw new Error('no');
      },
    });
    expect(redact(error)).toMatchObject({ type: 'Error', message: '[Throws]' });
  });

  it('bounds depth, width and length', () => {
    let deep: object = {};
    for (let level = 0; level < 100_000; level += 1) deep = { deep };
    expect(JSON.stringify(redact(deep)).length).toBeLessThan(500);
    expect(redact(Array.from({ length: 1_000_000 }, () => 0))).toHaveLength(101);
    expect((redact('x '.repeat(1_000_000)) as string).length).toBeLessThan(17_000);
    const wide = Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => ({ a: {} })));
    expect(JSON.stringify(redact(wide)).length).toBeLessThan(200_000);
  });

  it('hides a secret at the place where a long text is cut', () => {
    for (let shift = 0; shift < 40; shift += 1) {
      const text = `${' '.repeat(16_384 - shift)}sk_live_canarycanary${' x'.repeat(600_000)}`;
      expect(redact(text)).not.toContain('canary');
    }
  });

  it('copies class instances, Maps, Sets, dates, buffers and other values', () => {
    const date = new Date('2030-01-01T00:00:00.000Z');
    expect(
      redact({
        account: new Account(),
        map: new Map<unknown, unknown>([
          ['token', 'canary'],
          [{ a: 1 }, 2],
        ]),
        set: new Set([1]),
        date,
        buffer: Buffer.from('canary'),
        bytes: new Uint8Array(3),
        big: 12n,
        url: new URL('https://joe:canary@example.com/'),
        nothing: null,
        run: () => 1,
        promise: Promise.resolve(1),
        boxed: Object('sk_live_canarycanary'),
      }),
    ).toEqual({
      account: { id: 7, apiKey: '[REDACTED]' },
      map: { token: '[REDACTED]', '[object Object]': 2 },
      set: [1],
      date: '2030-01-01T00:00:00.000Z',
      buffer: '[Binary 6 bytes]',
      bytes: '[Binary 3 bytes]',
      big: '12',
      url: 'https://[REDACTED]@example.com/',
      nothing: null,
      run: '[Function]',
      promise: '[Opaque]',
      boxed: '[REDACTED]',
    });
  });

  it('makes JSON of anything without throwing', () => {
    const anything = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
      withNullPrototype: true,
      withObjectString: true,
    });
    fc.assert(
      fc.property(anything, (value) => {
        expect(() => JSON.stringify({ value: redact(value) })).not.toThrow();
      }),
      { seed: 11, numRuns: 2_000 },
    );
  });

  it('treats a key named __proto__ as data', () => {
    const redacted = redact(JSON.parse('{"__proto__":{"password":"canary","polluted":true}}')) as object;
    expect(Object.getPrototypeOf(redacted)).toBe(Object.prototype);
    expect(JSON.stringify(redacted)).toBe('{"__proto__":{"password":"[REDACTED]","polluted":true}}');
  });

  it('does not change what it is given', () => {
    const given = { password: 'canary', nested: { token: 'canary' } };
    redact(given);
    expect(given).toEqual({ password: 'canary', nested: { token: 'canary' } });
  });
});
