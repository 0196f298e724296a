import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import Stripe from 'stripe';
import { startTestSandbox, TEST_CREDENTIALS, type TestSandbox } from '../testing.js';

const PARAMS: Stripe.Checkout.SessionCreateParams = {
  mode: 'payment',
  line_items: [{ quantity: 1, price_data: { currency: 'usd', unit_amount: 299, product_data: { name: 'Basic' } } }],
  success_url: 'http://127.0.0.1/paid',
};

/** A webhook that verifies what it gets as the product does, and answers what it is told to. */
class Receiver {
  readonly events: Stripe.Event[] = [];
  attempts = 0;
  status = 200;
  private readonly waiting: (() => void)[] = [];
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<Receiver> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const receiver = new Receiver(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`);
    server.on('request', (request, response) => {
      void text(request).then((body) => {
        const signature = String(request.headers['stripe-signature']);
        const event = Stripe.webhooks.constructEvent(body, signature, TEST_CREDENTIALS.stripeWebhookSecret);
        receiver.attempts += 1;
        if (receiver.status === 200) receiver.events.push(event);
        response.writeHead(receiver.status).end();
        for (const resume of receiver.waiting.splice(0)) resume();
      });
    });
    return receiver;
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
      });
    }
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

describe('Stripe double: webhooks', () => {
  let receiver: Receiver;
  let double: TestSandbox;

  beforeEach(async () => {
    receiver = await Receiver.start();
    double = await startTestSandbox({ stripe: { webhookUrl: receiver.url, webhookRetryMs: 20 } });
  });

  afterEach(async () => {
    await double.close();
    await receiver.close();
  });

  async function paidSession(): Promise<string> {
    const { hostname, port } = new URL(double.sandbox.url);
    const stripe = new Stripe(TEST_CREDENTIALS.stripeSecretKey, {
      protocol: 'http',
      host: hostname,
      port: Number(port),
    });
    const { id } = await stripe.checkout.sessions.create(PARAMS);
    await control('POST', `/checkout/${id}/pay`, { card: 'success' });
    return id;
  }

  async function control(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(double.sandbox.url + path, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    return await response.json();
  }

  it('sends events with a signature the SDK accepts', async () => {
    const id = await paidSession();
    await receiver.until(() => receiver.events.length === 1);
    expect(receiver.events[0]).toMatchObject({
      object: 'event',
      type: 'checkout.session.completed',
      data: { object: { id, payment_status: 'paid' } },
    });
  });

  it('sends an event again until it is accepted', async () => {
    receiver.status = 500;
    await paidSession();
    await receiver.until(() => receiver.attempts >= 3);
    receiver.status = 200;
    await receiver.until(() => receiver.events.length === 1);
    expect(receiver.attempts).toBeGreaterThanOrEqual(4);
  });

  it('goes on sending after a restart', async () => {
    receiver.status = 503;
    await paidSession();
    await receiver.until(() => receiver.attempts >= 1);
    await double.sandbox.close();
    receiver.status = 200;
    double = await double.restart();
    await receiver.until(() => receiver.events.length === 1);
    expect(receiver.events[0]?.type).toBe('checkout.session.completed');
  });

  it('holds events back while paused, and sends them afterwards', async () => {
    await control('PUT', '/sandbox/webhooks', { paused: true });
    await paidSession();
    expect(await control('GET', '/sandbox/webhooks')).toMatchObject({ paused: true, pending: [{ attempts: 0 }] });
    expect(receiver.attempts).toBe(0);
    await control('PUT', '/sandbox/webhooks', { paused: false });
    await receiver.until(() => receiver.events.length === 1);
  });

  it('redelivers an event many times at once on request', async () => {
    await paidSession();
    await receiver.until(() => receiver.events.length === 1);
    const id = String(receiver.events[0]?.id);
    const answer = await control('POST', `/sandbox/events/${id}/redeliver`, { times: 10 });
    expect(answer).toEqual({ attempts: Array.from({ length: 10 }, () => ({ status: 200 })) });
    expect(new Set(receiver.events.map((event) => event.id))).toEqual(new Set([id]));
    expect(receiver.events).toHaveLength(11);
  });
});
