import Stripe from 'stripe';
import { startTestSandbox, TEST_CREDENTIALS, type TestSandbox } from '../testing.js';

const DAY_MS = 86_400_000;

function params(amount = 299): Stripe.Checkout.SessionCreateParams {
  return {
    mode: 'payment',
    line_items: [
      { quantity: 1, price_data: { currency: 'usd', unit_amount: amount, product_data: { name: 'Basic' } } },
    ],
    success_url: 'http://127.0.0.1/paid',
  };
}

describe('Stripe double: idempotency', () => {
  let double: TestSandbox;
  let nowMs: number;

  beforeEach(async () => {
    nowMs = Date.now();
    const clock = { now: () => new Date(nowMs), monotonicMs: () => performance.now() };
    double = await startTestSandbox({ clock });
  });

  afterEach(async () => {
    await double.close();
  });

  function client(): Stripe {
    const { hostname, port } = new URL(double.sandbox.url);
    return new Stripe(TEST_CREDENTIALS.stripeSecretKey, {
      protocol: 'http',
      host: hostname,
      port: Number(port),
      maxNetworkRetries: 0,
    });
  }

  it('gives the same answer again for the same key and parameters, also after a restart', async () => {
    const first = await client().checkout.sessions.create(params(), { idempotencyKey: 'a' });
    expect(first.lastResponse.headers['idempotent-replayed']).toBeUndefined();
    double = await double.restart();
    const second = await client().checkout.sessions.create(params(), { idempotencyKey: 'a' });
    expect(second.id).toBe(first.id);
    expect(second.lastResponse.headers).toMatchObject({
      'idempotent-replayed': 'true',
      'original-request': first.lastResponse.requestId,
    });
    expect((await client().checkout.sessions.list()).data).toHaveLength(1);
  });

  it('refuses the key with other parameters, with idempotency_error', async () => {
    await client().checkout.sessions.create(params(), { idempotencyKey: 'a' });
    await expect(client().checkout.sessions.create(params(999), { idempotencyKey: 'a' })).rejects.toMatchObject({
      type: 'StripeIdempotencyError',
      statusCode: 400,
    });
  });

  it('does not remember requests that were refused', async () => {
    await expect(client().checkout.sessions.create(params(1), { idempotencyKey: 'a' })).rejects.toMatchObject({
      code: 'amount_too_small',
    });
    expect(await client().checkout.sessions.create(params(), { idempotencyKey: 'a' })).toMatchObject({
      status: 'open',
    });
  });

  it('refuses a key with 409 while another request holds it', async () => {
    const create = async (): Promise<unknown> =>
      await client().checkout.sessions.create(params(), { idempotencyKey: 'a' });
    double.sandbox.faults.set('stripe', {
      kind: 'slow',
      rate: 1,
      latency_ms: 300,
      status: 503,
      retry_after: null,
      for_seconds: null,
      times: null,
    });
    const results = await Promise.allSettled([create(), create()]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { statusCode: 409, code: 'idempotency_key_in_use' },
    });
    double.sandbox.faults.clearAll();
    expect(await create()).toMatchObject({ object: 'checkout.session' });
    expect((await client().checkout.sessions.list()).data).toHaveLength(1);
  });

  it.each(['lost_answer', 'truncate', 'malformed'] as const)(
    'gives the answer again after %s spoiled it, instead of calling the key in use',
    async (kind) => {
      const create = async (): Promise<Stripe.Checkout.Session> =>
        await client().checkout.sessions.create(params(), { idempotencyKey: 'a' });
      double.sandbox.faults.set('stripe', {
        kind,
        rate: 1,
        latency_ms: 0,
        status: 503,
        retry_after: null,
        for_seconds: null,
        times: 1,
      });
      // The SDK repeats a closed connection by itself, so this first call may succeed.
      await Promise.allSettled([create()]);
      const { data } = await client().checkout.sessions.list();
      expect(data).toHaveLength(1);
      expect((await create()).id).toBe(data[0]?.id);
    },
  );

  it('forgets a key after 24 hours', async () => {
    const first = await client().checkout.sessions.create(params(), { idempotencyKey: 'a' });
    nowMs += DAY_MS;
    const second = await client().checkout.sessions.create(params(999), { idempotencyKey: 'a' });
    expect(second.id).not.toBe(first.id);
  });
});
