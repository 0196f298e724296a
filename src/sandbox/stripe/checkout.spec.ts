import Stripe from 'stripe';
import { ManualClock } from '../../platform/time/manual-clock.js';
import { startTestSandbox, TEST_CREDENTIALS, type TestSandbox } from '../testing.js';

const DAY_MS = 86_400_000;

function clientOf({ sandbox }: TestSandbox, key: string = TEST_CREDENTIALS.stripeSecretKey): Stripe {
  const { hostname, port } = new URL(sandbox.url);
  return new Stripe(key, {
    protocol: 'http',
    host: hostname,
    port: Number(port),
    maxNetworkRetries: 0,
    telemetry: false,
  });
}

function sessionParams(): Stripe.Checkout.SessionCreateParams {
  return {
    mode: 'payment',
    line_items: [
      { quantity: 1, price_data: { currency: 'usd', unit_amount: 999, product_data: { name: 'Premium render' } } },
    ],
    success_url: 'http://127.0.0.1:3000/paid?session={CHECKOUT_SESSION_ID}',
    cancel_url: 'http://127.0.0.1:3000/cancelled',
    client_reference_id: 'payment-1',
    customer_email: 'ada@example.com',
    metadata: { payment_id: 'payment-1' },
    payment_intent_data: { metadata: { payment_id: 'payment-1' } },
  };
}

async function pay(url: string, sessionId: string, card: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${url}/checkout/${sessionId}/pay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ card }),
  });
  return { status: response.status, body: await response.json() };
}

async function eventTypes(stripe: Stripe): Promise<string[]> {
  const { data } = await stripe.events.list({ limit: 100 });
  return data.map(({ type }) => type);
}

describe('Stripe double: checkout', () => {
  let double: TestSandbox;
  let stripe: Stripe;
  let clock: ManualClock;

  beforeEach(async () => {
    clock = new ManualClock();
    double = await startTestSandbox({ clock, stripe: { asyncSettlementMs: 5_000 } });
    stripe = clientOf(double);
  });

  afterEach(async () => {
    await double.close();
  });

  it('creates a session that is open, unpaid, priced by its line items and good for 24 hours', async () => {
    const session = await stripe.checkout.sessions.create(sessionParams());
    expect(session).toMatchObject({
      object: 'checkout.session',
      amount_total: 999,
      currency: 'usd',
      status: 'open',
      payment_status: 'unpaid',
      client_reference_id: 'payment-1',
      metadata: { payment_id: 'payment-1' },
      url: `${double.sandbox.url}/checkout/${session.id}`,
    });
    expect(session.expires_at - session.created).toBe(86_400);
    expect(session.lastResponse.requestId).toMatch(/^req_/);
    expect(await stripe.checkout.sessions.retrieve(session.id)).toEqual(session);
  });

  it('expands line items, the payment intent and its charge', async () => {
    const { id } = await stripe.checkout.sessions.create(sessionParams());
    await pay(double.sandbox.url, id, '4242424242424242');
    const session = await stripe.checkout.sessions.retrieve(id, {
      expand: ['line_items', 'payment_intent.latest_charge'],
    });
    expect(session.line_items?.data[0]).toMatchObject({ description: 'Premium render', amount_total: 999 });
    expect(session.payment_intent).toMatchObject({
      status: 'succeeded',
      metadata: { payment_id: 'payment-1' },
      latest_charge: { object: 'charge', paid: true, payment_method_details: { card: { last4: '4242' } } },
    });
    await expect(stripe.checkout.sessions.retrieve(id, { expand: ['nonsense'] })).rejects.toMatchObject({
      type: 'StripeInvalidRequestError',
      param: 'expand',
    });
  });

  it('is paid through the JSON interface, once', async () => {
    const { id } = await stripe.checkout.sessions.create(sessionParams());
    const answers = await Promise.all([1, 2, 3].map(async () => await pay(double.sandbox.url, id, 'success')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(2);
    expect(answers.find(({ status }) => status === 200)?.body).toEqual({
      status: 'complete',
      payment_status: 'paid',
      redirect_url: `http://127.0.0.1:3000/paid?session=${id}`,
    });
    expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      url: null,
      customer_details: { email: 'ada@example.com' },
    });
    expect(await eventTypes(stripe)).toEqual(['checkout.session.completed']);
  });

  it.each([
    ['4000000000000002', 'card_declined', 'generic_decline'],
    ['4000000000009995', 'card_declined', 'insufficient_funds'],
    ['4000000000000069', 'expired_card', 'expired_card'],
    ['4000000000000127', 'incorrect_cvc', 'incorrect_cvc'],
    ['4000000000000119', 'processing_error', 'processing_error'],
    ['4111111111111111', 'card_declined', 'test_mode_live_card'],
  ])('declines %s with %s/%s and stays open for another card', async (card, code, declineCode) => {
    const { id } = await stripe.checkout.sessions.create(sessionParams());
    const declined = await pay(double.sandbox.url, id, card);
    expect(declined).toMatchObject({
      status: 402,
      body: { status: 'open', error: { type: 'card_error', code, decline_code: declineCode } },
    });
    const failed = await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent'] });
    expect(failed.payment_intent).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code, decline_code: declineCode },
    });
    expect(await eventTypes(stripe)).toEqual(['payment_intent.payment_failed']);
    expect((await pay(double.sandbox.url, id, '4242 4242 4242 4242')).status).toBe(200);
  });

  it('refuses a number that is none without trying it', async () => {
    const { id } = await stripe.checkout.sessions.create(sessionParams());
    for (const card of ['', '1234', '4242424242424241', '<script>']) {
      expect((await pay(double.sandbox.url, id, card)).body).toMatchObject({ error: { code: 'incorrect_number' } });
    }
    expect(await eventTypes(stripe)).toEqual([]);
  });

  it.each([
    ['4000002500003155', 'paid', 'checkout.session.async_payment_succeeded', 'succeeded'],
    ['async_failed', 'unpaid', 'checkout.session.async_payment_failed', 'requires_payment_method'],
  ] as const)('settles %s later as %s', async (card, paymentStatus, event, intentStatus) => {
    const { id } = await stripe.checkout.sessions.create(sessionParams());
    expect((await pay(double.sandbox.url, id, card)).body).toMatchObject({
      status: 'complete',
      payment_status: 'unpaid',
    });
    double = await double.restart();
    stripe = clientOf(double);
    double.sandbox.tick();
    expect(await eventTypes(stripe)).toEqual(['checkout.session.completed']);
    clock.advance(5_000);
    double.sandbox.tick();
    const session = await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent'] });
    expect(session).toMatchObject({ payment_status: paymentStatus, payment_intent: { status: intentStatus } });
    expect(await eventTypes(stripe)).toContain(event);
  });

  it('expires on request, and only while open', async () => {
    const { id } = await stripe.checkout.sessions.create(sessionParams());
    expect(await stripe.checkout.sessions.expire(id)).toMatchObject({ status: 'expired', url: null });
    expect((await pay(double.sandbox.url, id, 'success')).status).toBe(409);
    await expect(stripe.checkout.sessions.expire(id)).rejects.toMatchObject({ statusCode: 400 });
    expect(await eventTypes(stripe)).toEqual(['checkout.session.expired']);
  });

  it('expires by itself after 24 hours', async () => {
    const { id } = await stripe.checkout.sessions.create(sessionParams());
    clock.advance(DAY_MS - 1_000);
    double.sandbox.tick();
    expect(await eventTypes(stripe)).toEqual([]);
    clock.advance(1_000);
    double.sandbox.tick();
    expect(await eventTypes(stripe)).toEqual(['checkout.session.expired']);
    expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({ status: 'expired' });
  });

  it('lists sessions, newest first, page by page', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) ids.unshift((await stripe.checkout.sessions.create(sessionParams())).id);
    const seen: string[] = [];
    for await (const { id } of stripe.checkout.sessions.list({ limit: 2 })) seen.push(id);
    expect(seen).toEqual(ids);
  });

  it('refunds in part and in whole, but never more than was paid', async () => {
    const { id } = await stripe.checkout.sessions.create(sessionParams());
    await pay(double.sandbox.url, id, 'success');
    const { payment_intent } = await stripe.checkout.sessions.retrieve(id);
    const intent = payment_intent as string;
    await expect(stripe.refunds.create({ payment_intent: intent, amount: 1_000 })).rejects.toMatchObject({
      code: 'amount_too_large',
    });
    expect(await stripe.refunds.create({ payment_intent: intent, amount: 400 })).toMatchObject({ amount: 400 });
    const rest = await stripe.refunds.create({ payment_intent: intent });
    expect(rest).toMatchObject({ amount: 599, status: 'succeeded' });
    expect(await stripe.charges.retrieve(rest.charge as string)).toMatchObject({
      amount_refunded: 999,
      refunded: true,
    });
    await expect(stripe.refunds.create({ payment_intent: intent })).rejects.toMatchObject({
      code: 'charge_already_refunded',
    });
    expect(await eventTypes(stripe)).toEqual(['charge.refunded', 'charge.refunded', 'checkout.session.completed']);
  });

  it.each([
    [{ mode: 'setup' }, 'mode'],
    [{ success_url: 'javascript:alert(1)' }, 'success_url'],
    [{ line_items: [] }, 'line_items'],
    [{ expires_at: 4_000_000_000 }, 'expires_at'],
    [{ amount: 5 }, 'amount'],
    [{ metadata: { key: 'x'.repeat(501) } }, 'metadata[key]'],
  ])('refuses %j, naming the parameter', async (change, param) => {
    const params = { ...sessionParams(), ...change } as Stripe.Checkout.SessionCreateParams;
    await expect(stripe.checkout.sessions.create(params)).rejects.toMatchObject({
      type: 'StripeInvalidRequestError',
      statusCode: 400,
      param,
    });
  });

  it('says 404 with resource_missing for what is not there, and 401 without echoing a wrong key', async () => {
    await expect(stripe.checkout.sessions.retrieve('cs_test_none')).rejects.toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    });
    const key = 'sk_test_a_very_wrong_key_indeed';
    await expect(clientOf(double, key).checkout.sessions.retrieve('cs_test_none')).rejects.toMatchObject({
      type: 'StripeAuthenticationError',
      message: expect.not.stringContaining(key),
    });
  });

  it('keeps sessions and payments over a restart', async () => {
    const { id } = await stripe.checkout.sessions.create(sessionParams());
    double = await double.restart();
    stripe = clientOf(double);
    expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({
      status: 'open',
      url: `${double.sandbox.url}/checkout/${id}`,
    });
    expect((await pay(double.sandbox.url, id, 'success')).status).toBe(200);
  });

  it('shows a page on which a person pays, is declined, or finds it closed', async () => {
    const { id } = await stripe.checkout.sessions.create({
      ...sessionParams(),
      customer_email: '"><script>alert(1)</script>@example.com',
    });
    const address = `${double.sandbox.url}/checkout/${id}`;
    const page = await (await fetch(address)).text();
    expect(page).toContain('$9.99');
    expect(page).toContain('Premium render');
    expect(page).not.toContain('<script>alert');
    const submit = async (fields: Record<string, string>): Promise<Response> =>
      await fetch(address, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
    const declined = await submit({ card: '4000000000009995' });
    expect(declined.status).toBe(402);
    expect(await declined.text()).toContain('Your card has insufficient funds.');
    const paid = await submit({ card: '', test_card: '4242424242424242' });
    expect(paid.status).toBe(303);
    expect(paid.headers.get('location')).toBe(`http://127.0.0.1:3000/paid?session=${id}`);
    expect((await submit({ card: '4242424242424242' })).status).toBe(409);
    expect((await fetch(`${double.sandbox.url}/checkout/cs_test_none`)).status).toBe(404);
  });
});
