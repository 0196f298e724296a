import Stripe from 'stripe';
import { isApiError } from '../../../src/platform/errors/index.js';
import { startTestSandbox, TEST_CREDENTIALS, type TestSandbox } from '../../../src/sandbox/testing.js';
import { parseFault } from '../../../src/sandbox/faults/dto/fault.dto.js';
import { StripeDriver } from '../../../src/payments/drivers/stripe.driver.js';

const REQUEST = {
  paymentId: '0190a0a0-0000-7000-8000-000000000001',
  userId: '0190a0a0-0000-7000-8000-000000000002',
  customerEmail: 'a@example.com',
  tier: 'standard',
  productName: 'Standard video',
  amountCents: 999,
  currency: 'usd',
  successUrl: 'http://127.0.0.1:3000/done?s={CHECKOUT_SESSION_ID}',
  cancelUrl: 'http://127.0.0.1:3000/',
};

/** Real: the SDK and HTTP. Fake: Stripe, by the sandbox. */
describe('StripeDriver', () => {
  let sandbox: TestSandbox;
  let driver: StripeDriver;
  const { signal } = new AbortController();

  beforeAll(async () => {
    sandbox = await startTestSandbox();
    driver = new StripeDriver({
      secretKey: TEST_CREDENTIALS.stripeSecretKey,
      webhookSecret: TEST_CREDENTIALS.stripeWebhookSecret,
      apiBase: sandbox.sandbox.url,
    });
  });

  afterEach(() => {
    sandbox.sandbox.faults.clearAll();
  });

  afterAll(async () => {
    await sandbox.close();
  });

  async function codeOf(work: Promise<unknown>): Promise<string> {
    return await work.then(
      () => 'no error',
      (error: unknown) => (isApiError(error) ? error.code : String(error)),
    );
  }

  it('finds the session of a payment again', async () => {
    const first = await driver.createSession(REQUEST, signal);
    expect(await driver.createSession(REQUEST, signal)).toEqual(first);
    expect(first).toMatchObject({
      status: 'open',
      fact: null,
      paymentId: REQUEST.paymentId,
      amountCents: 999,
      currency: 'usd',
    });
    expect(await driver.retrieveSession(first.id, signal)).toMatchObject({ id: first.id, status: 'open', fact: null });
  });

  it('refuses to make another session of changed input under the same payment', async () => {
    expect(await codeOf(driver.createSession({ ...REQUEST, amountCents: 1 }, signal))).toBe(
      'STRIPE_IDEMPOTENCY_CONFLICT',
    );
  });

  it('gives everything back once, however often it is asked', async () => {
    const session = await driver.createSession(
      { ...REQUEST, paymentId: '0190a0a0-0000-7000-8000-000000000003' },
      signal,
    );
    await fetch(`${session.url}/pay`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ card: '4242424242424242' }),
    });
    const paid = await driver.retrieveSession(session.id, signal);
    expect(paid).toMatchObject({ status: 'complete', fact: 'paid', refundedCents: 0 });
    const refund = { paymentId: paid.paymentId ?? '', paymentIntentId: paid.paymentIntentId ?? '' };
    expect(await driver.refund(refund, signal)).toEqual(await driver.refund(refund, signal));
    expect((await driver.retrieveSession(session.id, signal)).refundedCents).toBe(999);
  });

  it.each([
    ['status', 'STRIPE_SERVICE_ERROR'],
    ['rate_limit', 'STRIPE_RATE_LIMITED'],
    ['auth', 'STRIPE_AUTH_ERROR'],
    ['refuse', 'STRIPE_CONNECTION_ERROR'],
    ['reset', 'STRIPE_CONNECTION_ERROR'],
    ['lost_answer', 'STRIPE_CONNECTION_ERROR'],
    ['truncate', 'STRIPE_CONNECTION_ERROR'],
    ['malformed', 'STRIPE_SERVICE_ERROR'],
  ])('reads the fault %s as %s, and asks once', async (kind, code) => {
    sandbox.sandbox.faults.set('stripe', parseFault({ kind }));
    const before = sandbox.sandbox.faults.view('stripe').calls;
    expect(await codeOf(driver.ping(signal))).toBe(code);
    expect(sandbox.sandbox.faults.view('stripe').calls - before).toBe(1);
  });

  it('lets go of a request that hangs as soon as the attempt ends', async () => {
    sandbox.sandbox.faults.set('stripe', parseFault({ kind: 'hang' }));
    expect(await codeOf(driver.ping(AbortSignal.timeout(50)))).toBe('STRIPE_TIMEOUT');
  });

  it('does not know sessions of others', async () => {
    expect(await codeOf(driver.retrieveSession('cs_unknown', signal))).toBe('SESSION_NOT_FOUND');
  });

  it('answers when asked for nothing but an answer', async () => {
    expect(await codeOf(driver.ping(signal))).toBe('no error');
  });

  describe('readEvent', () => {
    const payload = JSON.stringify({
      id: 'evt_1',
      type: 'customer.created',
      created: 1_700_000_000,
      data: { object: {} },
    });
    const signedAt = new Date('2026-01-01T00:00:00.000Z');
    const header = Stripe.webhooks.generateTestHeaderString({
      payload,
      secret: TEST_CREDENTIALS.stripeWebhookSecret,
      timestamp: signedAt.getTime() / 1_000,
    });

    async function read(body: string, signature: string | undefined, secondsLater: number): Promise<string> {
      const receivedAt = new Date(signedAt.getTime() + secondsLater * 1_000);
      try {
        return (await driver.readEvent(Buffer.from(body), signature, receivedAt)).kind;
      } catch (error) {
        return isApiError(error) ? error.code : String(error);
      }
    }

    it('takes a signature for 300 seconds', async () => {
      expect(await read(payload, header, 0)).toBe('other');
      expect(await read(payload, header, 300)).toBe('other');
      expect(await read(payload, header, 301)).toBe('WEBHOOK_SIGNATURE_INVALID');
    });

    it('refuses changed bytes, missing and broken signatures', async () => {
      expect(await read(`${payload} `, header, 0)).toBe('WEBHOOK_SIGNATURE_INVALID');
      for (const signature of [undefined, '', 'x', 't=1', 't=abc,v1=abc']) {
        expect(await read(payload, signature, 0)).toBe('WEBHOOK_SIGNATURE_INVALID');
      }
    });

    it.each(['{', 'null', '{}', '[]', '{"id":"evt","type":"checkout.session.completed","created":1,"data":{}}'])(
      'calls the signed content %s what it is',
      async (body) => {
        const signature = Stripe.webhooks.generateTestHeaderString({
          payload: body,
          secret: TEST_CREDENTIALS.stripeWebhookSecret,
          timestamp: signedAt.getTime() / 1_000,
        });
        expect(await read(body, signature, 0)).toBe('WEBHOOK_PAYLOAD_INVALID');
      },
    );
  });
});
