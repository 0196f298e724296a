import { Email } from '../../../src/email/index.js';
import { Payment } from '../../../src/payments/index.js';
import { policyToken, type ServicePolicy } from '../../../src/platform/resilience/index.js';
import { eventually } from '../../support/processes.js';
import { type ErrorBody, PaymentsApp, type SessionBody } from './payments-app.js';

const DECLINED_CARD = '4000000000009995';

describe('Checkout', () => {
  let shop: PaymentsApp;

  beforeAll(async () => {
    shop = await PaymentsApp.start();
  });

  afterEach(async () => {
    await shop.fault('stripe', null);
    shop.app.get<ServicePolicy>(policyToken('stripe')).reset();
  });

  afterAll(async () => {
    await shop.close();
  });

  async function sessionsAtStripe(): Promise<number> {
    const { data } = await shop.stripe<{ data: readonly unknown[] }>('/v1/checkout/sessions?limit=100');
    return data.length;
  }

  it('lists the tiers with their prices in cents', async () => {
    const { status, body } = await shop.get<{ tiers: { amount: number; resolution: string }[] }>('/api/payments/tiers');
    expect(status).toBe(200);
    expect(body.tiers.map(({ amount }) => amount)).toEqual([299, 999, 1999]);
    expect(body.tiers[0]).toEqual({
      id: 'basic',
      name: 'Basic',
      amount: 299,
      currency: 'usd',
      resolution: '1280x720',
      resolutions: ['1280x720', '854x480'],
      max_duration_seconds: 300,
    });
  });

  it('makes a credit of a payment, and one receipt', async () => {
    const buyer = await shop.buyer();
    const session = await shop.checkout(buyer);
    expect(session).toMatchObject({ amount: 999, currency: 'usd', status: 'pending' });
    expect(await shop.pay(session)).toBe(200);
    await shop.waitForStatus(session, 'completed');
    const { body } = await shop.get(`/api/payments/status/${session.session_id}`, buyer.headers);
    expect(body).toEqual({
      payment_id: session.payment_id,
      session_id: session.session_id,
      status: 'completed',
      stripe_status: 'complete',
      amount: 999,
      currency: 'usd',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    await eventually(
      async () =>
        (await shop.dataSource
          .getRepository(Email)
          .countBy({ toAddress: buyer.email, template: 'payment_receipt', status: 'sent' })) === 1,
      { what: 'the receipt' },
    );
  });

  it('lets the customer try another card after a decline, and says what to do meanwhile', async () => {
    const buyer = await shop.buyer();
    const session = await shop.checkout(buyer);
    expect(await shop.pay(session, DECLINED_CARD)).toBe(402);
    await shop.waitForStatus(session, 'failed');
    const { body } = await shop.get(`/api/payments/status/${session.session_id}`, buyer.headers);
    expect(body).toMatchObject({ status: 'failed', failure_message: expect.stringContaining('enough funds') });
    await shop.pay(session);
    await shop.waitForStatus(session, 'completed');
    expect((await shop.stored(session)).failureCode).toBeNull();
  });

  it('waits for the money of a bank debit, which a completed session is not', async () => {
    const buyer = await shop.buyer();
    const session = await shop.checkout(buyer);
    await shop.pay(session, '4000002500003155');
    await eventually(async () => (await shop.stored(session)).stripeStatus === 'complete', { what: 'the completion' });
    await shop.waitForStatus(session, 'completed');
  });

  it('answers a repeated request with the same session and refuses other input under its key', async () => {
    const buyer = await shop.buyer();
    const key = { 'idempotency-key': 'order-1' };
    const first = await shop.checkout(buyer, key);
    expect(await shop.checkout(buyer, key)).toEqual(first);
    const other = await shop.post<ErrorBody>(
      '/api/payments/create-session',
      { tier: 'premium' },
      { ...buyer.headers, ...key },
    );
    expect([other.status, other.body.error.code]).toEqual([409, 'IDEMPOTENCY_KEY_REUSED']);
    const somebodyElse = await shop.checkout(await shop.buyer(), key);
    expect(somebodyElse.session_id).not.toBe(first.session_id);
  });

  it('makes one session of twenty simultaneous repeats', async () => {
    const buyer = await shop.buyer();
    const before = await sessionsAtStripe();
    const sessions = await Promise.all(
      Array.from({ length: 20 }, () => shop.checkout(buyer, { 'idempotency-key': 'burst' })),
    );
    expect(new Set(sessions.map(({ session_id }) => session_id)).size).toBe(1);
    expect((await sessionsAtStripe()) - before).toBe(1);
    expect(await shop.dataSource.getRepository(Payment).countBy({ userId: buyer.id })).toBe(1);
  });

  it.each(['lost_answer', 'truncate', 'malformed'])('makes one session when the answer is hit by %s', async (kind) => {
    const buyer = await shop.buyer();
    const before = await sessionsAtStripe();
    await shop.fault('stripe', { kind, times: 1 });
    const session = await shop.checkout(buyer);
    expect((await sessionsAtStripe()) - before).toBe(1);
    expect((await shop.stored(session)).stripeSessionId).toBe(session.session_id);
  });

  it('finds the session again after a crash between the answer of Stripe and our commit', async () => {
    const buyer = await shop.buyer();
    const key = { 'idempotency-key': 'crash' };
    const first = await shop.checkout(buyer, key);
    const before = await sessionsAtStripe();
    await shop.dataSource
      .getRepository(Payment)
      .update(first.payment_id, { stripeSessionId: null, sessionUrl: null, stripeStatus: null });
    expect((await shop.checkout(buyer, key)).session_id).toBe(first.session_id);
    expect(await sessionsAtStripe()).toBe(before);
  });

  it('fails fast and clean while Stripe is down, and shows what is stored', async () => {
    const buyer = await shop.buyer();
    const session = await shop.checkout(buyer);
    await shop.fault('stripe', { kind: 'status', status: 503 });
    const refused = await shop.post<ErrorBody>('/api/payments/create-session', { tier: 'basic' }, buyer.headers);
    expect([refused.status, refused.body.error.code]).toEqual([503, 'STRIPE_SERVICE_ERROR']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    const stored = await shop.get<{ status: string }>(`/api/payments/status/${session.session_id}`, buyer.headers);
    expect([stored.status, stored.body.status]).toEqual([200, 'pending']);
    const { body } = await shop.get<{ total: number }>('/api/payments/history', buyer.headers);
    expect(body.total).toBe(1);
  });

  it('lets the key of a failed creation be used again', async () => {
    const buyer = await shop.buyer();
    const key = { 'idempotency-key': 'again' };
    await shop.fault('stripe', { kind: 'auth' });
    const refused = await shop.post<ErrorBody>(
      '/api/payments/create-session',
      { tier: 'basic' },
      { ...buyer.headers, ...key },
    );
    expect([refused.status, refused.body.error.code]).toEqual([503, 'STRIPE_AUTH_ERROR']);
    await shop.fault('stripe', null);
    expect((await shop.checkout(buyer, key, 'premium')).amount).toBe(1999);
  });

  it.each([
    [{ tier: 'gold' }, 'tier'],
    [{}, 'tier'],
    [{ tier: 'basic', success_url: 'https://evil.example.org/' }, 'success_url'],
    [{ tier: 'basic', cancel_url: 'javascript:alert(1)' }, 'cancel_url'],
    [{ tier: 'basic', success_url: 7 }, 'success_url'],
    [{ tier: 'basic', amount: 1 }, 'amount'],
  ])('refuses %j', async (input, field) => {
    const buyer = await shop.buyer();
    const { status, body } = await shop.post<ErrorBody>('/api/payments/create-session', input, buyer.headers);
    expect(status).toBe(422);
    expect(body.error.details['fields']).toEqual([expect.objectContaining({ field })]);
  });

  it('refuses an idempotency key that is none, and callers who are nobody', async () => {
    const buyer = await shop.buyer();
    const bad = await shop.post<ErrorBody>(
      '/api/payments/create-session',
      { tier: 'basic' },
      { ...buyer.headers, 'idempotency-key': 'k'.repeat(256) },
    );
    expect(bad.status).toBe(422);
    expect((await shop.post('/api/payments/create-session', { tier: 'basic' })).status).toBe(401);
    expect((await shop.get('/api/payments/history')).status).toBe(401);
  });

  it("hides other people's sessions", async () => {
    const session = await shop.checkout(await shop.buyer());
    const { status, body } = await shop.get<ErrorBody>(
      `/api/payments/status/${session.session_id}`,
      (await shop.buyer()).headers,
    );
    expect([status, body.error.code]).toEqual([404, 'SESSION_NOT_FOUND']);
  });

  it('pages through the history, newest first', async () => {
    const buyer = await shop.buyer();
    const sessions: SessionBody[] = [];
    for (const tier of ['basic', 'standard', 'premium']) sessions.push(await shop.checkout(buyer, {}, tier));
    const { body } = await shop.get<{
      history: { session_id: string; amount: number }[];
      total: number;
      pagination: object;
    }>('/api/payments/history?page=1&per_page=2', buyer.headers);
    expect(body.history.map(({ amount }) => amount)).toEqual([1999, 999]);
    expect(body.total).toBe(3);
    expect(body.pagination).toEqual({ page: 1, per_page: 2, total: 3, pages: 2 });
  });
});
