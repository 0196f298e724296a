import { track } from '../support/audio.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { freePort, type ManagedProcess } from '../support/processes.js';
import { ProductUnderTest } from '../support/product.js';

const JOBS = 10;

/** Real: one api and two worker processes on one PostgreSQL; only the vendors are doubles. */
describe('one api and two workers on one database', () => {
  let database: TestDatabase;
  let product: ProductUnderTest;
  let workers: readonly ManagedProcess[];

  beforeAll(async () => {
    database = await createTestDatabase();
    product = await ProductUnderTest.prepare(database.url);
    const workerPorts = [await freePort(), await freePort()];
    [, ...workers] = await Promise.all([
      product.startInstance({ ROLE: 'api' }),
      ...workerPorts.map((port) => product.startInstance({ ROLE: 'worker' }, port)),
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
    const begun = workers.map((worker) => attemptsIn(worker.printed));
    expect(begun.flat().sort()).toEqual(jobs.map(({ id }) => id).sort());
    expect(begun.map(({ length }) => length).every((share) => share > 0)).toBe(true);
  }, 200_000);
});

/** Ids of the jobs whose attempts a worker says it began. */
function attemptsIn(log: string): string[] {
  return [...log.matchAll(/^\{.*"msg":"render attempt begins".*$/gm)].map(
    ([line]) => (JSON.parse(line) as { job_id: string }).job_id,
  );
}
