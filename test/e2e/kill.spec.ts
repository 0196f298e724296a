import { track } from '../support/audio.js';
import type { Customer } from '../support/customer.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/processes.js';
import { ProductUnderTest } from '../support/product.js';

const READY_SUBJECT = /ready/i;

/** Real: everything but the vendors, whose doubles live on while the product is killed. */
describe('kill -9 in the middle of a job', () => {
  let database: TestDatabase;
  let product: ProductUnderTest;

  beforeEach(async () => {
    database = await createTestDatabase();
    product = await ProductUnderTest.prepare(database.url);
  }, 60_000);

  afterEach(async () => {
    await product.stop();
    await database.close();
  }, 60_000);

  async function submitted(seconds: number): Promise<{ customer: Customer; jobId: string }> {
    const customer = await product.newCustomer();
    const { paymentId } = await customer.pay();
    const { body } = await customer.submit<{ job_id: string }>(paymentId, track(seconds));
    return { customer, jobId: body.job_id };
  }

  async function expectCompletedOnce(customer: Customer, jobId: string): Promise<void> {
    const job = await customer.waitForJob(jobId, ({ status }) => status === 'completed' || status === 'failed');
    expect(job.status).toBe('completed');
    await eventually(async () => (await customer.mails()).some(({ subject }) => READY_SUBJECT.test(subject)), {
      what: 'the mail',
    });
    const mails = await customer.mails();
    expect(mails.filter(({ subject }) => READY_SUBJECT.test(subject))).toHaveLength(1);
    const videos = await product.storedObjects('videos/');
    expect(videos).toHaveLength(1);
    expect((await customer.get<{ jobs: unknown[] }>('/api/jobs/render')).body.jobs).toHaveLength(1);
  }

  it('while rendering: the job completes after a restart, once, with one mail', async () => {
    const first = await product.startInstance();
    const { customer, jobId } = await submitted(20);
    await customer.waitForJob(jobId, ({ stage, progress }) => stage === 'rendering' && progress > 5);
    await first.end('SIGKILL');
    await product.startInstance();
    await expectCompletedOnce(customer, jobId);
  }, 180_000);

  it('while uploading to storage: the job completes after a restart, once, with one mail', async () => {
    const first = await product.startInstance();
    const { customer, jobId } = await submitted(2);
    await customer.waitForJob(jobId, ({ stage }) => stage === 'rendering');
    await product.injectFault('gcs', { kind: 'hang' });
    await customer.waitForJob(jobId, ({ stage }) => stage === 'storing');
    await first.end('SIGKILL');
    await product.clearFault('gcs');
    await product.startInstance();
    await expectCompletedOnce(customer, jobId);
  }, 180_000);

  it('while mailing: the mail is sent after a restart, once', async () => {
    const first = await product.startInstance();
    const { customer, jobId } = await submitted(2);
    await product.injectFault('sendgrid', { kind: 'hang' });
    await customer.waitForJob(jobId, ({ status }) => status === 'completed');
    await product.faultWasHit('sendgrid');
    await first.end('SIGKILL');
    await product.clearFault('sendgrid');
    await product.startInstance();
    await expectCompletedOnce(customer, jobId);
  }, 180_000);
});
