import { randomUUID } from 'node:crypto';
import { Email } from '../../../src/email/index.js';
import { StripeEvent } from '../../../src/payments/entities/stripe-event.entity.js';
import { deliverWebhook } from '../../support/stripe-webhook.js';
import { type Buyer, PaymentsApp, type SessionBody, WEBHOOK_SECRET } from './payments-app.js';

/** Stripe's side of one payment, told event by event. The sandbox's own webhooks are held back. */
class Told {
  constructor(
    private readonly shop: PaymentsApp,
    readonly session: SessionBody,
    readonly intent = `pi_${randomUUID()}`,
  ) {}

  event(type: string, object: object, id = `evt_${randomUUID()}`): object {
    return { id, object: 'event', type, created: Math.floor(Date.now() / 1_000), data: { object } };
  }

  sessionEvent(type: string, fields: object = {}): object {
    return this.event(`checkout.session.${type}`, {
      id: this.session.session_id,
      object: 'checkout.session',
      status: 'complete',
      payment_status: 'paid',
      payment_intent: this.intent,
      amount_total: this.session.amount,
      currency: this.session.currency,
      metadata: { payment_id: this.session.payment_id },
      ...fields,
    });
  }

  refund(cents = this.session.amount): object {
    return this.event('charge.refunded', {
      id: 'ch_1',
      object: 'charge',
      payment_intent: this.intent,
      amount: this.session.amount,
      amount_refunded: cents,
      refunded: cents === this.session.amount,
      metadata: {},
    });
  }

  async tell(event: object): Promise<{ status: number; duplicate: boolean | undefined }> {
    const { status, body } = await deliverWebhook(`${this.shop.origin}/api/payments/webhook`, event, {
      secret: WEBHOOK_SECRET,
    });
    return { status, duplicate: body.duplicate };
  }

  async status(): Promise<string> {
    return (await this.shop.stored(this.session)).status;
  }
}

describe('Stripe webhook', () => {
  let shop: PaymentsApp;
  let buyer: Buyer;
  let url: string;

  beforeAll(async () => {
    shop = await PaymentsApp.start();
    await shop.pauseWebhooks(true);
    url = `${shop.origin}/api/payments/webhook`;
    buyer = await shop.buyer();
  });

  afterAll(async () => {
    await shop.close();
  });

  async function told(): Promise<Told> {
    return new Told(shop, await shop.checkout(buyer));
  }

  async function receipts(session: SessionBody): Promise<number> {
    return await shop.dataSource.getRepository(Email).countBy({ dedupeKey: `payment_receipt:${session.payment_id}` });
  }

  it('has one effect for a hundred simultaneous deliveries of one event', async () => {
    const payment = await told();
    const event = payment.sessionEvent('completed');
    const answers = await Promise.all(Array.from({ length: 100 }, () => payment.tell(event)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(answers.filter(({ duplicate }) => duplicate === false)).toHaveLength(1);
    expect(await payment.status()).toBe('completed');
    expect(await receipts(payment.session)).toBe(1);
  });

  it('makes one credit and one receipt of different events that say the same', async () => {
    const payment = await told();
    const events = ['completed', 'async_payment_succeeded', 'completed'].map((type) => payment.sessionEvent(type));
    await Promise.all(events.map((event) => payment.tell(event)));
    expect(await payment.status()).toBe('completed');
    expect(await receipts(payment.session)).toBe(1);
  });

  it('ignores an expiry that comes after the payment, and pays what came after an expiry', async () => {
    const expiry = { status: 'expired', payment_status: 'unpaid' };
    const late = await told();
    await late.tell(late.sessionEvent('completed'));
    await late.tell(late.sessionEvent('expired', expiry));
    expect(await late.status()).toBe('completed');
    const overtaken = await told();
    await overtaken.tell(overtaken.sessionEvent('expired', expiry));
    expect(await overtaken.status()).toBe('expired');
    await overtaken.tell(overtaken.sessionEvent('completed'));
    expect(await overtaken.status()).toBe('completed');
  });

  it('remembers a refund that comes before the payment it undoes', async () => {
    const payment = await told();
    expect(await payment.tell(payment.refund())).toEqual({ status: 200, duplicate: false });
    expect(await payment.status()).toBe('pending');
    await payment.tell(payment.sessionEvent('completed'));
    expect(await payment.status()).toBe('refunded');
  });

  it('settles a refund and its payment that come at the same moment', async () => {
    for (let round = 0; round < 10; round += 1) {
      const payment = await told();
      await Promise.all([payment.tell(payment.refund()), payment.tell(payment.sessionEvent('completed'))]);
      expect(await payment.status()).toBe('refunded');
    }
  });

  it('keeps the credit of a payment that was refunded in part', async () => {
    const payment = await told();
    await payment.tell(payment.sessionEvent('completed'));
    await payment.tell(payment.refund(100));
    expect(await shop.stored(payment.session)).toMatchObject({ status: 'completed', refundedCents: 100 });
    await payment.tell(payment.refund());
    expect(await payment.status()).toBe('refunded');
  });

  it('waits for money that a completed session does not have yet', async () => {
    const payment = await told();
    await payment.tell(payment.sessionEvent('completed', { payment_status: 'unpaid' }));
    expect(await payment.status()).toBe('pending');
    await payment.tell(payment.sessionEvent('async_payment_failed', { payment_status: 'unpaid' }));
    expect(await payment.status()).toBe('failed');
  });

  it('remembers why a card was declined', async () => {
    const payment = await told();
    const intent = {
      id: payment.intent,
      object: 'payment_intent',
      metadata: { payment_id: payment.session.payment_id },
      last_payment_error: { code: 'card_declined', decline_code: 'insufficient_funds' },
    };
    await payment.tell(payment.event('payment_intent.payment_failed', intent));
    expect(await shop.stored(payment.session)).toMatchObject({ status: 'failed', failureCode: 'insufficient_funds' });
  });

  it.each([
    ['another amount', { amount_total: 1 }],
    ['another currency', { currency: 'jpy' }],
  ])('gives no credit for %s', async (_what, fields) => {
    const payment = await told();
    expect((await payment.tell(payment.sessionEvent('completed', fields))).status).toBe(200);
    expect(await shop.stored(payment.session)).toMatchObject({ status: 'pending', failureCode: 'amount_mismatch' });
    expect(await receipts(payment.session)).toBe(0);
  });

  it('gives no credit to an order that another order claims to be', async () => {
    const [mine, other] = [await told(), await told()];
    const event = mine.sessionEvent('completed', {
      id: other.session.session_id,
      metadata: { payment_id: randomUUID() },
    });
    expect((await mine.tell(event)).status).toBe(200);
    expect(await other.status()).toBe('pending');
  });

  it('takes events that mean nothing to it', async () => {
    const payment = await told();
    expect(await payment.tell(payment.event('customer.created', { id: 'cus_1' }))).toEqual({
      status: 200,
      duplicate: false,
    });
    const foreign = payment.sessionEvent('completed', { id: 'cs_of_another_shop', metadata: {} });
    expect((await payment.tell(foreign)).status).toBe(200);
    expect(await payment.status()).toBe('pending');
  });

  it.each([
    ['a wrong secret', { secret: 'whsec_wrong' }],
    ['an age of 301 seconds', { secret: WEBHOOK_SECRET, timestamp: Math.floor(Date.now() / 1_000) - 301 }],
  ])('refuses %s', async (_what, signing) => {
    const payment = await told();
    const answer = await deliverWebhook(url, payment.sessionEvent('completed'), signing);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ error: { code: 'WEBHOOK_SIGNATURE_INVALID' } });
    expect(await payment.status()).toBe('pending');
  });

  it('refuses a webhook without signature, and one without content', async () => {
    const bare = await fetch(url, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
    expect(bare.status).toBe(400);
    expect((await deliverWebhook(url, { type: 'checkout.session.completed' }, { secret: WEBHOOK_SECRET })).status).toBe(
      400,
    );
  });

  it('asks Stripe to send again what could not be processed, and then processes it once', async () => {
    const payment = await told();
    const event = payment.sessionEvent('completed');
    await shop.dataSource.query('ALTER TABLE payments RENAME TO payments_away');
    try {
      expect((await payment.tell(event)).status).toBe(500);
    } finally {
      await shop.dataSource.query('ALTER TABLE payments_away RENAME TO payments');
    }
    expect(await payment.tell(event)).toEqual({ status: 200, duplicate: false });
    expect(await payment.status()).toBe('completed');
    expect(await shop.dataSource.getRepository(StripeEvent).countBy({ paymentId: payment.session.payment_id })).toBe(1);
  });
});
