import { randomUUID } from 'node:crypto';
import { track } from '../support/audio.js';
import type { Answer, Customer } from '../support/customer.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ProductUnderTest } from '../support/product.js';
import { deliverWebhook } from '../support/stripe-webhook.js';

interface StripeList {
  readonly data: readonly {
    readonly id: string;
    readonly type: string;
    readonly data: { readonly object: { readonly id: string } };
  }[];
}

/** Real: everything but the vendors. */
describe('one payment', () => {
  let database: TestDatabase;
  let product: ProductUnderTest;
  let customer: Customer;

  beforeAll(async () => {
    database = await createTestDatabase();
    product = await ProductUnderTest.prepare(database.url);
    await product.startInstance();
    customer = await product.newCustomer();
  }, 90_000);

  afterAll(async () => {
    await product.stop();
    await database.close();
  }, 30_000);

  it('completes once when its webhook is delivered 100 times at once', async () => {
    const { sessionId } = await customer.pay();
    const event = await eventOf(sessionId);
    const fresh = { ...event, id: `evt_${randomUUID().replaceAll('-', '')}` };
    const deliveries = await Promise.all(
      Array.from({ length: 100 }, () =>
        deliverWebhook(`${product.origin}/api/payments/webhook`, fresh, { secret: 'whsec_e2e' }),
      ),
    );
    expect(deliveries.filter(({ status }) => status === 200)).toHaveLength(100);
    expect(deliveries.filter(({ body }) => body.duplicate === false)).toHaveLength(1);
    const { body } = await customer.get<{ payments: unknown[] }>('/api/user/history');
    expect(body.payments).toHaveLength(1);
  }, 60_000);

  it('buys one job when it is submitted twenty times at once', async () => {
    const { paymentId } = await customer.pay();
    const audio = track(2);
    const answers: Answer<{ error?: { code: string } }>[] = await Promise.all(
      Array.from({ length: 20 }, () => customer.submit<{ error?: { code: string } }>(paymentId, audio)),
    );
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(
      answers.filter(({ status, body }) => status === 409 && body.error?.code === 'PAYMENT_ALREADY_USED'),
    ).toHaveLength(19);
    const { body } = await customer.get<{ jobs: unknown[] }>('/api/jobs/render');
    expect(body.jobs).toHaveLength(1);
  }, 60_000);

  async function eventOf(sessionId: string): Promise<StripeList['data'][number]> {
    const response = await fetch(`${product.sandboxOrigin}/v1/events?type=checkout.session.completed&limit=100`, {
      headers: { authorization: 'Bearer sk_test_e2e' },
    });
    const event = ((await response.json()) as StripeList).data.find(({ data }) => data.object.id === sessionId);
    if (event === undefined) throw new Error(`The sandbox has no completed event of ${sessionId}`);
    return event;
  }
});
