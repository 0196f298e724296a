import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/processes.js';
import { ProductUnderTest } from '../support/product.js';

/** Defects on demand: something that nobody catches. */
const DEFECTS = `
  process.on('SIGUSR2', () => void Promise.reject(new Error('nobody waits for promise 4711')));
  process.on('SIGHUP', () => { throw new TypeError('nobody catches exception 4711'); });
`;

/** Real: everything but the vendors, who are doubles, and the defect. */
describe('A process with an error that nobody caught', () => {
  let database: TestDatabase;
  let product: ProductUnderTest;

  beforeAll(async () => {
    database = await createTestDatabase();
    product = await ProductUnderTest.prepare(database.url);
  }, 90_000);

  afterAll(async () => {
    await product.stop();
    await database.close();
  }, 60_000);

  it.each([
    ['a rejection', 'SIGUSR2', 'Error', 'nobody waits for promise <number>'],
    ['an exception', 'SIGHUP', 'TypeError', 'nobody catches exception <number>'],
  ] as const)(
    'stores %s, closes in order and ends with status 1',
    async (_what, signal, errorClass, title) => {
      const instance = await product.startInstance({
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(DEFECTS)}`,
      });
      process.kill(instance.pid, signal);
      await eventually(async () => !instance.running, { what: 'the end of the process' });
      expect(instance.exitCode).toBe(1);
      expect(
        await database.dataSource.query(
          `SELECT g.error_class, g.title, g.count::int, e.endpoint FROM error_groups g JOIN error_events e ON e.group_id = g.id
           WHERE g.error_class = $1 AND g.code = 'INTERNAL_SERVER_ERROR'`,
          [errorClass],
        ),
      ).toEqual([{ error_class: errorClass, title, count: 1, endpoint: 'process' }]);
    },
    60_000,
  );
});
