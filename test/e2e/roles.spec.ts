import { track } from '../support/audio.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { freePort } from '../support/processes.js';
import { ProductUnderTest } from '../support/product.js';

const JOBS = 10;

/** Real: one api and two worker processes on one PostgreSQL; only the vendors are doubles. */
describe('one api and two workers on one database', () => {
  let database: TestDatabase;
  let product: ProductUnderTest;

  beforeAll(async () => {
    database = await createTestDatabase();
    product = await ProductUnderTest.prepare(database.url);
    await Promise.all([
      product.startInstance({ ROLE: 'api' }),
      product.startInstance({ ROLE: 'worker', INSTANCE_ID: 'worker-1' }, await freePort()),
      product.startInstance({ ROLE: 'worker', INSTANCE_ID: 'worker-2' }, await freePort()),
    ]);
  }, 90_000);

  afterAll(async () => {
    await product.stop();
    await database.close();
  }, 60_000);

  it('share ten jobs, each run once', async () => {
    const customer = await product.newCustomer();
    const payments = await Promise.all(Array.from({ length: JOBS }, () => customer.pay()));
    const audio = track(2);
    const submitted = await Promise.all(
      payments.map(({ paymentId }) => customer.submit<{ job_id: string }>(paymentId, audio)),
    );
    expect(submitted.map(({ status }) => status)).toEqual(Array.from({ length: JOBS }, () => 202));
    const jobs = await Promise.all(
      submitted.map(({ body }) => customer.waitForJob(body.job_id, ({ status }) => status === 'completed', 150_000)),
    );
    expect(jobs.map(({ attempt }) => attempt)).toEqual(Array.from({ length: JOBS }, () => 1));
    expect(await product.storedObjects('videos/')).toHaveLength(JOBS);
    const ranBy = await database.dataSource.query<{ worker: string; jobs: string }[]>(
      'SELECT worker, count(*) AS jobs FROM render_jobs GROUP BY worker',
    );
    expect(ranBy.map(({ worker }) => worker).sort()).toEqual(['worker-1', 'worker-2']);
  }, 200_000);
});
