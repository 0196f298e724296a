import { ApiError, DatabaseError, ExternalServiceError, translateError } from '../../platform/errors/index.js';
import { newId } from '../../platform/time/index.js';
import { ErrorGrouping } from './error-groups.js';

const REQUEST = { kind: 'request', endpoint: 'GET /x' } as const;
const NOON = Date.UTC(2030, 0, 1, 12);

function missing(what: string): Error {
  return new RangeError(what);
}

describe('ErrorGrouping', () => {
  let grouping: ErrorGrouping;
  const groupOf = (thrown: unknown): string => grouping.groupOf(translateError(thrown), REQUEST, NOON).id;

  beforeEach(() => {
    grouping = new ErrorGrouping();
  });

  it('takes 10,000 errors that differ in ids, addresses, paths and times for one', () => {
    const ids = new Set<string>();
    for (let index = 0; index < 10_000; index += 1) {
      const time = new Date(1_700_000_000_000 + index * 61_000).toISOString();
      ids.add(
        groupOf(
          missing(
            `Job ${newId()} of user${index}@example.com (10.0.${index % 256}.7) lost /srv/tmp/${index}/take.wav ` +
              `at ${time} after ${index} ms, tried ${index % 7} times: 'track ${index}'`,
          ),
        ),
      );
    }
    expect(ids.size).toBe(1);
  });

  it('takes 50 different places with the same text for 50', () => {
    const places = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => {
        const name = `place${String.fromCharCode(97 + (index % 26))}${index < 26 ? 'First' : 'Second'}`;
        return [name, { [name]: () => new TypeError('Cannot read properties of undefined') }[name]];
      }),
    );
    const ids = Object.values(places).map((fail) => groupOf(fail?.()));
    expect(new Set(ids).size).toBe(50);
    expect(new Set(Object.values(places).map((fail) => groupOf(fail?.())))).toEqual(new Set(ids));
  });

  it('knows a catalogued error by its code, service and operation', () => {
    const error = new ExternalServiceError('SERVICE_UNAVAILABLE');
    const id = (service?: string, operation?: string): string =>
      grouping.groupOf(error, { ...REQUEST, service, operation }, NOON).id;
    expect(id('stripe', 'create')).toBe(id('stripe', 'create'));
    const different = [id(), id('stripe'), id('gcs'), id('stripe', 'create'), id('stripe', 'read')];
    expect(new Set(different).size).toBe(5);
    expect(grouping.groupOf(new ApiError('STORAGE_ERROR'), REQUEST, NOON)).toMatchObject({
      code: 'STORAGE_ERROR',
      service: 'gcs',
      errorClass: 'ApiError',
      level: 'error',
    });
  });

  it('tells failed statements apart, though they have one code', () => {
    const failed = (cause: Error): string =>
      grouping.groupOf(new DatabaseError('DATABASE_ERROR', { cause }), REQUEST, NOON).id;
    const cause = new Error('relation users_old does not exist');
    expect(failed(cause)).toBe(failed(cause));
    expect(failed(new Error('syntax error'))).not.toBe(failed(cause));
  });

  it('keeps the id of a group over processes: it is made of the fingerprint', () => {
    const { id, fingerprint } = grouping.groupOf(new ApiError('NOT_FOUND'), REQUEST, NOON);
    expect(fingerprint).toBe('1:NOT_FOUND||');
    expect(id).toBe('ef8ea001-9f33-8744-bf86-f2240a5f5c9d');
    expect(new ErrorGrouping().groupOf(new ApiError('NOT_FOUND'), REQUEST, NOON).id).toBe(id);
  });

  it('ignores lines, packages, recursion and how deep it was called from nowhere of ours', () => {
    const thrown = (lines: readonly string[]): Error =>
      Object.assign(new Error('x 1'), { stack: ['Error: x 1', ...lines.map((line) => `    at ${line}`)].join('\n') });
    const first = groupOf(thrown(['Room.enter (file:///srv/app/dist/src/room.js:10:3)', 'node:events:12:1']));
    const second = groupOf(
      thrown([
        'Room.enter (file:///srv/app/dist/src/room.js:99:7)',
        'Room.enter (file:///srv/app/dist/src/room.js:98:7)',
        'Object.query (/srv/app/node_modules/pg/lib/client.js:5:9)',
        'process.processTicksAndRejections (node:internal/process/task_queues:103:5)',
        'Array.map (<anonymous>)',
      ]),
    );
    const elsewhere = groupOf(thrown(['Room.leave (file:///srv/app/dist/src/room.js:10:3)']));
    expect(second).toBe(first);
    expect(elsewhere).not.toBe(first);
  });

  it('does not believe a message that looks like a stack', () => {
    const forged = (place: string): Error => missing(`x\n    at forged (file:///srv/${place}.js:1:1)`);
    expect(groupOf(forged('one'))).toBe(groupOf(forged('two')));
  });

  it('makes no group of a secret', () => {
    expect(groupOf(missing('refused password=hunterTwo'))).toBe(groupOf(missing('refused password=swordFish')));
    const { title } = grouping.groupOf(translateError(missing('refused password=hunterTwo')), REQUEST, NOON);
    expect(title).not.toContain('hunterTwo');
  });

  it.each([
    ['a text', 'plain text'],
    ['nothing', undefined],
    ['null', null],
    ['a number', 42],
    [
      'an object whose getters throw',
      {
        get message(): string {
          throw new Error('no');
        },
      },
    ],
    [
      'a revoked proxy',
      (() => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        return proxy;
      })(),
    ],
    ['a frozen error', Object.freeze(new Error('frozen'))],
    ['ten megabytes', new Error('x'.repeat(10_000_000))],
  ])('has a group for %s', (_what, thrown) => {
    expect(groupOf(thrown)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('has a group for an error that causes itself', () => {
    const first = new Error('first');
    first.cause = new Error('second', { cause: first });
    expect(groupOf(first)).toBe(groupOf(first));
  });

  it('lets browsers make a bounded number of groups an hour, and still knows those they made', () => {
    const report = (message: string, atMs: number): string => {
      const cause = new Error(message);
      cause.stack = '';
      return grouping.groupOf(new ApiError('BROWSER_ERROR', { cause }), { kind: 'browser' }, atMs).id;
    };
    const words = Array.from({ length: 500 }, (_, index) => `${'a'.repeat(index % 25)} ${'b'.repeat(index / 25)}`);
    const ids = new Set(words.map((word) => report(word, NOON)));
    expect(ids.size).toBe(101);
    expect(new Set(words.map((word) => report(word, NOON + 1)))).toEqual(ids);
    expect(ids.has(report('something new', NOON + 3_600_000))).toBe(false);
  });
});
