import { PaymentReconciliation } from '../../../src/payments/payment-reconciliation.js';
import { Payment } from '../../../src/payments/index.js';
import { policyToken, type ServicePolicy } from '../../../src/platform/resilience/index.js';
import { type Buyer, PaymentsApp, type SessionBody } from './payments-app.js';

const LONG_AGO = new Date(Date.now() - 2 * 3_600_000);

/** Webhooks never come here; what is known of Stripe was asked for. */
describe('PaymentReconciliation', () => {
  let shop: PaymentsApp;
  let buyer: Buyer;
  let reconciliation: PaymentReconciliation;
  const { signal } = new AbortController();

  beforeAll(async () => {
    shop = await PaymentsApp.start();
    await shop.pauseWebhooks(true);
    buyer = await shop.buyer();
    reconciliation = shop.app.get(PaymentReconciliation);
  });

  beforeEach(async () => {
    await shop.fault('stripe', null);
    shop.app.get<ServicePolicy>(policyToken('stripe')).reset();
    await shop.dataSource.getRepository(Payment).update({ userId: buyer.id }, { checkAt: null });
  });

  afterAll(async () => {
    await shop.close();
  });

  async function due(session: SessionBody, changes: Partial<Payment> = {}): Promise<void> {
    await shop.dataSource.getRepository(Payment).update(session.payment_id, { checkAt: LONG_AGO, ...changes });
  }

  it('completes a payment whose webhook never came, once', async () => {
    const session = await shop.checkout(buyer);
    await shop.pay(session);
    await due(session);
    expect(await reconciliation.run('due', signal)).toEqual({ asked: 1, completed: 1, finished: true });
    expect(await shop.stored(session)).toMatchObject({ status: 'completed', checkAt: null });
    expect(await reconciliation.run('all', signal)).toMatchObject({ asked: 0 });
  });

  it('shares the work of two runs without asking twice', async () => {
    const sessions = await Promise.all(Array.from({ length: 12 }, () => shop.checkout(buyer)));
    await Promise.all(sessions.map((session) => shop.pay(session)));
    await Promise.all(sessions.map((session) => due(session)));
    const runs = await Promise.all([reconciliation.run('due', signal), reconciliation.run('due', signal)]);
    expect(runs.reduce((sum, { asked }) => sum + asked, 0)).toBe(12);
    expect(runs.reduce((sum, { completed }) => sum + completed, 0)).toBe(12);
  });

  it('asks after a start also about what was asked a moment ago', async () => {
    const session = await shop.checkout(buyer);
    await due(session, { checkAt: new Date(Date.now() + 60_000) });
    expect(await reconciliation.run('due', signal)).toMatchObject({ asked: 0 });
    expect(await reconciliation.run('all', signal)).toMatchObject({ asked: 1, completed: 0, finished: true });
  });

  it('closes what Stripe does not know, and what never had a session', async () => {
    const [unknown, sessionless, fresh] = [
      await shop.checkout(buyer),
      await shop.checkout(buyer, { 'idempotency-key': 'gone' }),
      await shop.checkout(buyer),
    ];
    await due(unknown, { stripeSessionId: 'cs_unknown' });
    await due(sessionless, { stripeSessionId: null, createdAt: LONG_AGO });
    await due(fresh, { stripeSessionId: null });
    expect(await reconciliation.run('due', signal)).toMatchObject({ asked: 3, finished: true });
    expect(await shop.stored(unknown)).toMatchObject({
      status: 'expired',
      failureCode: 'session_not_found',
      checkAt: null,
    });
    expect(await shop.stored(sessionless)).toMatchObject({ status: 'expired', idempotencyKey: null, checkAt: null });
    expect(await shop.stored(fresh)).toMatchObject({ status: 'pending' });
  });

  it('stops while Stripe is down and goes on as soon as Stripe answers anybody', async () => {
    const [session, other] = [await shop.checkout(buyer), await shop.checkout(buyer)];
    await shop.pay(session);
    await due(session);
    await shop.fault('stripe', { kind: 'status', status: 500 });
    expect(await reconciliation.run('due', signal)).toMatchObject({ completed: 0, finished: false });
    await shop.fault('stripe', null);
    await shop.get(`/api/payments/status/${other.session_id}`, buyer.headers);
    await shop.waitForStatus(session, 'completed');
  });

  it('runs by itself when the circuit closes, also about what was asked a moment ago', async () => {
    const session = await shop.checkout(buyer);
    await shop.pay(session);
    await due(session, { checkAt: new Date(Date.now() + 60_000) });
    const policy = shop.app.get<ServicePolicy>(policyToken('stripe'));
    policy.isolate();
    policy.reset();
    await shop.waitForStatus(session, 'completed');
  });

  it('lets a status request find out by itself', async () => {
    const session = await shop.checkout(buyer);
    await shop.pay(session);
    const { body } = await shop.get(`/api/payments/status/${session.session_id}`, buyer.headers);
    expect(body).toMatchObject({ status: 'completed', stripe_status: 'complete' });
  });
});
