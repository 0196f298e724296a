import { randomBytes } from 'node:crypto';
import { eventually } from './processes.js';
import type { RawResponse } from './raw-http.js';
import { submissionForm } from './submission-form.js';

const CARD = '4242424242424242';

/** A mail as the sandbox's mailbox shows it. */
export interface ReceivedMail {
  readonly subject: string;
  readonly to: string;
  readonly text: string;
}

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

export interface JobView {
  readonly id: string;
  readonly status: string;
  readonly stage: string | null;
  readonly progress: number;
  readonly attempt: number;
  readonly error: { readonly code: string } | null;
}

export interface Purchase {
  readonly paymentId: string;
  readonly sessionId: string;
}

/** What {@link Customer.send} sends: an object goes as JSON. */
export interface CustomerRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A customer of the product: everything a person does, over HTTP only. */
export class Customer {
  private constructor(
    private readonly origin: string,
    private readonly sandboxOrigin: string,
    readonly email: string,
    readonly accessToken: string,
  ) {}

  static async register(
    origin: string,
    sandboxOrigin: string,
    email = `customer-${randomBytes(6).toString('hex')}@example.com`,
  ): Promise<Customer> {
    const password = 'correct-horse-1';
    await expectOk(postJson(`${origin}/api/auth/register`, { email, password }));
    const token = await verificationToken(sandboxOrigin, email);
    await expectOk(postJson(`${origin}/api/auth/verify-email`, { token }));
    const login = await expectOk<{ access_token: string }>(postJson(`${origin}/api/auth/login`, { email, password }));
    return new Customer(origin, sandboxOrigin, email, login.access_token);
  }

  async get<T>(path: string): Promise<Answer<T>> {
    return await answer(fetch(`${this.origin}${path}`, { headers: this.headers() }));
  }

  async post<T>(path: string, body: object = {}): Promise<Answer<T>> {
    return await answer(postJson(`${this.origin}${path}`, body, this.headers()));
  }

  /** Any request of this customer, with the answer as it came over the wire. @param limitMs - after which it is given up */
  async send(request: CustomerRequest, limitMs: number): Promise<RawResponse> {
    const { method, path, body, headers = {} } = request;
    const response = await fetch(`${this.origin}${path}`, {
      method,
      headers: {
        ...this.headers(),
        ...(body === undefined || body instanceof FormData ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      signal: AbortSignal.timeout(limitMs),
      ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
    });
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
  }

  /** Opens a checkout session without paying it. */
  async checkout(tier = 'premium'): Promise<Purchase & { readonly sessionUrl: string }> {
    const created = await this.post<{ payment_id: string; session_id: string; session_url: string }>(
      '/api/payments/create-session',
      { tier: await this.tierId(tier) },
    );
    if (created.status !== 201)
      throw new Error(`create-session answered ${created.status}: ${JSON.stringify(created.body)}`);
    return {
      paymentId: created.body.payment_id,
      sessionId: created.body.session_id,
      sessionUrl: created.body.session_url,
    };
  }

  /** Pays in the sandbox and waits until the webhook has made it a credit. */
  async pay(): Promise<Purchase> {
    const purchase = await this.checkout();
    await this.payAt(purchase.sessionUrl);
    await eventually(async () => (await this.paymentStatus(purchase.sessionId)) === 'completed', {
      what: 'the payment to complete',
    });
    return purchase;
  }

  /** Pays at the checkout page, which is Stripe's and not the product's. */
  async payAt(sessionUrl: string): Promise<void> {
    await expectOk(postJson(`${sessionUrl}/pay`, { card: CARD }));
  }

  async paymentStatus(sessionId: string): Promise<string> {
    return (await this.get<{ status: string }>(`/api/payments/status/${sessionId}`)).body.status;
  }

  /** Submits a render; the answer is whatever the product says. */
  async submit<T>(paymentId: string, audio: Uint8Array<ArrayBuffer>, config: object = {}): Promise<Answer<T>> {
    const body = submissionForm(paymentId, audio, config);
    return await answer(
      fetch(`${this.origin}/api/jobs/render/submit`, { method: 'POST', headers: this.headers(), body }),
    );
  }

  async job(jobId: string): Promise<JobView> {
    return (await this.get<{ job: JobView }>(`/api/jobs/render/status/${jobId}`)).body.job;
  }

  /** Waits until the job satisfies `condition`; the product may be down in between. */
  async waitForJob(jobId: string, condition: (job: JobView) => boolean, timeoutMs = 90_000): Promise<JobView> {
    let seen: JobView | undefined;
    await eventually(
      async () => {
        seen = await this.job(jobId).catch(() => seen);
        return seen !== undefined && condition(seen);
      },
      { what: `job ${jobId}`, timeoutMs },
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}; last seen ${JSON.stringify(seen)}`, { cause: error });
    });
    if (seen === undefined) throw new Error(`Job ${jobId} was never seen`);
    return seen;
  }

  async mails(): Promise<readonly ReceivedMail[]> {
    return await mailsTo(this.sandboxOrigin, this.email);
  }

  private async tierId(name: string): Promise<string> {
    const { body } = await this.get<{ tiers: { id: string; amount: number }[] }>('/api/payments/tiers');
    const byPrice = body.tiers.toSorted((a, b) => b.amount - a.amount);
    const tier = name === 'premium' ? byPrice[0] : byPrice.find(({ id }) => id === name);
    if (tier === undefined) throw new Error(`There is no tier ${name}`);
    return tier.id;
  }

  private headers(): Record<string, string> {
    return { authorization: `Bearer ${this.accessToken}` };
  }
}

async function verificationToken(sandboxOrigin: string, email: string): Promise<string> {
  let token: string | undefined;
  await eventually(
    async () => {
      const mails = await mailsTo(sandboxOrigin, email);
      token = mails.map(({ text }) => /token=([A-Za-z0-9._~-]+)/.exec(text)?.[1]).find((found) => found !== undefined);
      return token !== undefined;
    },
    { what: `the verification mail to ${email}` },
  );
  return token ?? '';
}

/** What the mailbox of the sandbox has for an address. */
export async function mailsTo(sandboxOrigin: string, email: string): Promise<readonly ReceivedMail[]> {
  const response = await fetch(`${sandboxOrigin}/mailbox/messages?to=${encodeURIComponent(email)}`);
  return ((await response.json()) as { messages: ReceivedMail[] }).messages;
}

async function postJson(url: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

async function answer<T>(pending: Promise<Response>): Promise<Answer<T>> {
  const response = await pending;
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as T };
}

async function expectOk<T>(pending: Promise<Response>): Promise<T> {
  const { status, body } = await answer<T>(pending);
  if (status >= 400) throw new Error(`HTTP ${status}: ${JSON.stringify(body)}`);
  return body;
}
