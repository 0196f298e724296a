import { BoundedPool } from '../../../src/platform/database/bounded-pool.js';
import { testServerUrl } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';

const WAIT_MS = 50;
const CONNECT_TIMEOUT_MS = 5_000;

/** Real: PostgreSQL and the pool of node-postgres. */
describe('BoundedPool', () => {
  let pool: BoundedPool;

  beforeEach(() => {
    pool = new BoundedPool({
      connectionString: testServerUrl(),
      max: 1,
      poolWaitMillis: WAIT_MS,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    });
  });

  afterEach(async () => {
    await pool.end();
  });

  it('refuses who waits too long, and survives that node-postgres gives the same caller up later', async () => {
    const holder = await pool.connect();
    await expect(pool.connect()).rejects.toMatchObject({ code: 'DATABASE_TIMEOUT' });
    // What is thrown in a timer of the pool's own is nobody's to catch: it ends the process, and fails this test.
    await eventually('node-postgres gives up as well', () => pool.waitingCount === 0);
    holder.release();
    (await pool.connect()).release();
  });

  it('gives a connection that comes too late to the next one', async () => {
    const holder = await pool.connect();
    await expect(pool.connect()).rejects.toMatchObject({ code: 'DATABASE_TIMEOUT' });
    const next = pool.connect();
    holder.release();
    (await next).release();
    expect(pool.idleCount).toBe(1);
  });
});
