import { type Bucket, Storage } from '@google-cloud/storage';
import sendgrid from '@sendgrid/mail';
import Stripe from 'stripe';
import { startTestSandbox, TEST_CREDENTIALS, type TestSandbox } from '../testing.js';
import { FAULT_KINDS, type FaultKind, SANDBOX_SERVICES, type SandboxService } from './fault.js';

/** What a call through the SDK came to: the error it threw, or null. */
type Outcome = {
  readonly code?: unknown;
  readonly message: string;
  readonly type?: string;
  readonly statusCode?: number;
} | null;

/** For answers that do not come in time, and for all others: those may be late on a busy machine, and are no faults then. */
const CLIENT_TIMEOUT_MS = { impatient: 300, patient: 20_000 } as const;
type Patience = keyof typeof CLIENT_TIMEOUT_MS;
const CONNECTION_BROKEN = /ECONNRESET|socket hang up|aborted|other side closed|Premature close|EPIPE/i;

/** The storage SDK has no time-out for uploads in one request. */
async function inTime(work: Promise<unknown>, limitMs: number): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Error('timed out'));
  }, limitMs);
  try {
    await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {
      // It fails when the sandbox closes, long after the race was decided.
    });
  }
}

describe('Faults as the SDKs see them', () => {
  let double: TestSandbox;
  let bucket: Bucket;
  let objects = 0;

  beforeAll(async () => {
    double = await startTestSandbox();
    const storage = new Storage({
      apiEndpoint: double.sandbox.url,
      projectId: 'test',
      retryOptions: { autoRetry: false, maxRetries: 0 },
    });
    bucket = storage.bucket(TEST_CREDENTIALS.bucket);
  });

  afterAll(async () => {
    await double.close();
  });

  afterEach(async () => {
    await control('DELETE', '');
  });

  async function control(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${double.sandbox.url}/sandbox/faults${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }

  const calls: Readonly<Record<SandboxService, (limitMs: number) => Promise<unknown>>> = {
    stripe: async (limitMs) => {
      const { hostname, port } = new URL(double.sandbox.url);
      const stripe = new Stripe(TEST_CREDENTIALS.stripeSecretKey, {
        protocol: 'http',
        host: hostname,
        port: Number(port),
        maxNetworkRetries: 0,
        timeout: limitMs,
      });
      return await stripe.checkout.sessions.create({
        mode: 'payment',
        line_items: [
          { quantity: 1, price_data: { currency: 'usd', unit_amount: 299, product_data: { name: 'Basic' } } },
        ],
        success_url: 'http://127.0.0.1/paid',
      });
    },
    gcs: async (limitMs) => {
      objects += 1;
      await inTime(bucket.file(`object-${objects}`).save('content', { resumable: false }), limitMs);
    },
    sendgrid: async (limitMs) => {
      const { MailService } = sendgrid as unknown as {
        readonly MailService: new () => typeof sendgrid & { client: { setDefaultRequest(values: object): void } };
      };
      const sender = new MailService();
      sender.setApiKey(TEST_CREDENTIALS.sendgridApiKey);
      sender.client.setDefaultRequest({ baseUrl: double.sandbox.url, timeout: limitMs });
      await sender.send({ to: 'ada@example.com', from: 'no-reply@oriel.example', subject: 'Hello', text: 'Hello' });
    },
  };

  async function outcomeOf(service: SandboxService, patience: Patience): Promise<Outcome> {
    try {
      await calls[service](CLIENT_TIMEOUT_MS[patience]);
      return null;
    } catch (error) {
      return error as Outcome;
    }
  }

  /** Everything the SDK says about a failure, causes included. */
  function wordsOf(outcome: Outcome): string {
    const { code, message, detail, cause } = outcome as {
      code?: unknown;
      message: string;
      detail?: Error;
      cause?: Error;
    };
    return [code, message, detail?.message, (detail as { code?: string })?.code, cause?.message].join(' ');
  }

  /** How much work of the service was done. */
  async function workDone(service: SandboxService): Promise<number> {
    await control('DELETE', `/${service}`);
    if (service === 'gcs') return (await bucket.getFiles())[0].length;
    if (service === 'sendgrid') {
      const response = await fetch(`${double.sandbox.url}/mailbox/messages?limit=1000`);
      return ((await response.json()) as { messages: unknown[] }).messages.length;
    }
    const response = await fetch(`${double.sandbox.url}/v1/checkout/sessions?limit=100`, {
      headers: { authorization: `Bearer ${TEST_CREDENTIALS.stripeSecretKey}` },
    });
    return ((await response.json()) as { data: unknown[] }).data.length;
  }

  const DOES_THE_WORK: ReadonlySet<FaultKind> = new Set(['slow', 'malformed', 'truncate', 'lost_answer']);
  const cells = SANDBOX_SERVICES.flatMap((service) => FAULT_KINDS.map((kind) => [service, kind] as const));

  it.each(cells)('%s: %s', async (service, kind) => {
    const before = await workDone(service);
    // stripe-node sends a request again, once, when the connection is closed on it.
    await control('PUT', `/${service}`, {
      kind,
      latency_ms: 2 * CLIENT_TIMEOUT_MS.impatient,
      status: 503,
      retry_after: 7,
    });
    const outcome = await outcomeOf(service, kind === 'hang' || kind === 'slow' ? 'impatient' : 'patient');
    const status = outcome?.statusCode ?? outcome?.code;
    switch (kind) {
      case 'refuse':
      case 'reset':
      case 'lost_answer':
        expect(wordsOf(outcome)).toMatch(CONNECTION_BROKEN);
        break;
      case 'hang':
      case 'slow':
        expect(wordsOf(outcome)).toMatch(/time|abort/i);
        break;
      case 'status':
        expect(status).toBe(503);
        break;
      case 'rate_limit':
        expect(status).toBe(429);
        break;
      case 'auth':
        expect(status).toBe(401);
        break;
      case 'malformed':
        // SendGrid's SDK does not look at the body of a 202, nor the storage SDK at a string.
        if (service === 'stripe') expect(outcome).toMatchObject({ type: 'StripeAPIError' });
        break;
      case 'truncate':
        expect(outcome).not.toBeNull();
        break;
      default:
        kind satisfies never;
    }
    const done = (await workDone(service)) - before;
    expect(done).toBe(DOES_THE_WORK.has(kind) ? 1 : 0);
    expect(await outcomeOf(service, 'patient')).toBeNull();
  });

  it('tells how long to wait, each service in its own way', async () => {
    for (const service of SANDBOX_SERVICES) await control('PUT', `/${service}`, { kind: 'rate_limit', retry_after: 7 });
    const { url } = double.sandbox;
    const stripe = await fetch(`${url}/v1/balance`);
    const gcs = await fetch(`${url}/storage/v1/b/${TEST_CREDENTIALS.bucket}`);
    const mail = await fetch(`${url}/v3/scopes`);
    expect([stripe.headers.get('retry-after'), gcs.headers.get('retry-after')]).toEqual(['7', '7']);
    const waitSeconds = Number(mail.headers.get('x-ratelimit-reset')) - Date.now() / 1_000;
    expect(waitSeconds).toBeGreaterThan(5);
    expect(waitSeconds).toBeLessThan(9);
  });

  it('breaks a download in the middle, so that its reader notices', async () => {
    const file = bucket.file('long');
    await file.save(Buffer.alloc(300_000, 'x'), { resumable: false });
    await control('PUT', '/gcs', { kind: 'truncate' });
    await expect(file.download()).rejects.toBeDefined();
    await control('DELETE', '/gcs');
    expect((await file.download())[0]).toHaveLength(300_000);
  });

  it('is controlled over HTTP, and counts calls', async () => {
    expect(await control('PUT', '/paypal', { kind: 'hang' })).toMatchObject({ status: 404 });
    expect(await control('PUT', '/gcs', { kind: 'explode' })).toMatchObject({ status: 422 });
    expect(await control('PUT', '/gcs', { kind: 'status', status: 500, times: 2 })).toMatchObject({
      status: 200,
      body: { service: 'gcs', fault: { kind: 'status', status: 500, remaining_times: 2 } },
    });
    const { body } = await control('GET', '/gcs');
    const { calls: before, failed_calls: failedBefore } = body as { calls: number; failed_calls: number };
    for (let count = 0; count < 3; count += 1)
      await fetch(`${double.sandbox.url}/storage/v1/b/${TEST_CREDENTIALS.bucket}`);
    expect(await control('GET', '/gcs')).toMatchObject({
      body: { fault: null, calls: before + 3, failed_calls: failedBefore + 2 },
    });
    expect(await control('GET', '')).toMatchObject({ body: { services: [{}, {}, {}] } });
  });
});
