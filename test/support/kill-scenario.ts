import { track } from './audio.js';
import type { Customer } from './customer.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { eventually } from './processes.js';
import { ProductUnderTest } from './product.js';

const READY_SUBJECT = /ready/i;

/** A product with one submitted job, about to be killed; the doubles of the vendors live on. */
export class KillScenario {
  private constructor(
    private readonly database: TestDatabase,
    readonly product: ProductUnderTest,
  ) {}

  static async prepare(): Promise<KillScenario> {
    const database = await createTestDatabase();
    return new KillScenario(database, await ProductUnderTest.prepare(database.url));
  }

  async submitted(seconds: number): Promise<{ customer: Customer; jobId: string }> {
    const customer = await this.product.newCustomer();
    const { paymentId } = await customer.pay();
    const { body } = await customer.submit<{ job_id: string }>(paymentId, track(seconds));
    return { customer, jobId: body.job_id };
  }

  /** One completed job, one video, one mail. */
  async expectCompletedOnce(customer: Customer, jobId: string): Promise<void> {
    const job = await customer.waitForJob(jobId, ({ status }) => status === 'completed' || status === 'failed');
    expect(job.status).toBe('completed');
    await eventually(async () => (await customer.mails()).some(({ subject }) => READY_SUBJECT.test(subject)), {
      what: 'the mail',
      timeoutMs: 90_000,
    });
    const mails = await customer.mails();
    expect(mails.filter(({ subject }) => READY_SUBJECT.test(subject))).toHaveLength(1);
    expect(await this.product.storedObjects('videos/')).toHaveLength(1);
    expect((await customer.get<{ jobs: unknown[] }>('/api/jobs/render')).body.jobs).toHaveLength(1);
  }

  async end(): Promise<void> {
    await this.product.stop();
    await this.database.close();
  }
}
