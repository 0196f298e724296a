import { randomBytes } from 'node:crypto';
import { ConsoleLogger } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { DataSource } from 'typeorm';
import { AuthModule, User } from '../../../src/auth/index.js';
import { ConfigModule } from '../../../src/config/index.js';
import { testConfig } from '../../../src/config/testing.js';
import { configureApp, fastifyOptions } from '../../../src/configure-app.js';
import { Email, EmailModule } from '../../../src/email/index.js';
import { StripeEvent } from '../../../src/payments/entities/stripe-event.entity.js';
import { Payment, PaymentsModule } from '../../../src/payments/index.js';
import { DatabaseModule } from '../../../src/platform/database/index.js';
import { ErrorsModule } from '../../../src/platform/errors/errors.module.js';
import { HealthModule } from '../../../src/platform/health/index.js';
import { HttpModule } from '../../../src/platform/http/index.js';
import { JobsModule } from '../../../src/platform/jobs/index.js';
import { LoggingModule } from '../../../src/platform/logging/index.js';
import { ResilienceModule } from '../../../src/platform/resilience/index.js';
import { TimeModule } from '../../../src/platform/time/index.js';
import { startTestSandbox, TEST_CREDENTIALS, type TestSandbox } from '../../../src/sandbox/testing.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { eventually, freePort } from '../../support/processes.js';

const PLATFORM = [
  TimeModule,
  HttpModule,
  LoggingModule,
  ErrorsModule,
  ResilienceModule,
  DatabaseModule,
  JobsModule,
  HealthModule,
];

export const WEBHOOK_SECRET = TEST_CREDENTIALS.stripeWebhookSecret;

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface ErrorBody {
  readonly error: { readonly code: string; readonly details: Readonly<Record<string, unknown>> };
}

export interface SessionBody {
  readonly payment_id: string;
  readonly session_id: string;
  readonly session_url: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: string;
}

/** A logged-in customer over HTTP. */
export interface Buyer {
  readonly id: string;
  readonly email: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The payments and e-mail rooms on a listening socket. Real: HTTP, PostgreSQL, job queue, policies, the SDKs, the webhooks
 * of the sandbox. Fake: Stripe and SendGrid themselves, by the sandbox.
 */
export class PaymentsApp {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly origin: string,
    readonly database: TestDatabase,
    readonly sandbox: TestSandbox,
  ) {}

  static async start(): Promise<PaymentsApp> {
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    const [database, sandbox] = await Promise.all([
      createTestDatabase({ entities: [User, Payment, StripeEvent, Email] }),
      startTestSandbox({
        stripe: { webhookUrl: `${origin}/api/payments/webhook`, webhookRetryMs: 50, asyncSettlementMs: 300 },
      }),
    ]);
    const { url } = sandbox.sandbox;
    const config = testConfig({
      http: { port, publicUrl: origin, corsOrigins: [origin] },
      database: { url: database.url },
      stripe: { secretKey: TEST_CREDENTIALS.stripeSecretKey, webhookSecret: WEBHOOK_SECRET, apiBase: url },
      sendgrid: { apiKey: TEST_CREDENTIALS.sendgridApiKey, apiBase: url },
    });
    const module = await Test.createTestingModule({
      imports: [ConfigModule.register(config), ...PLATFORM, EmailModule, AuthModule, PaymentsModule],
    })
      .setLogger(new ConsoleLogger({ logLevels: [] }))
      .compile();
    const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(fastifyOptions(config)), {
      rawBody: true,
    });
    await configureApp(app, config);
    await app.listen(port, '127.0.0.1');
    return new PaymentsApp(app, origin, database, sandbox);
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.sandbox.close();
    await this.database.close();
  }

  get dataSource(): DataSource {
    return this.database.dataSource;
  }

  async buyer(): Promise<Buyer> {
    const email = `buyer-${randomBytes(6).toString('hex')}@example.com`;
    const credentials = { email, password: 'correct-horse-1' };
    await this.post('/api/auth/register', credentials);
    const login = await this.post<{ access_token: string; user: { id: string } }>('/api/auth/login', credentials);
    return { id: login.body.user.id, email, headers: { authorization: `Bearer ${login.body.access_token}` } };
  }

  async checkout(buyer: Buyer, headers: Record<string, string> = {}, tier = 'standard'): Promise<SessionBody> {
    const answer = await this.post<SessionBody>(
      '/api/payments/create-session',
      { tier },
      { ...buyer.headers, ...headers },
    );
    if (answer.status !== 201) throw new Error(`HTTP ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Enters a card on the checkout page. @returns the HTTP status of the page */
  async pay(session: SessionBody, card = '4242424242424242'): Promise<number> {
    return (await this.send('POST', `${session.session_url}/pay`, { card })).status;
  }

  async paid(buyer: Buyer): Promise<SessionBody> {
    const session = await this.checkout(buyer);
    await this.pay(session);
    await this.waitForStatus(session, 'completed');
    return session;
  }

  async stored(session: { readonly payment_id: string }): Promise<Payment> {
    return await this.dataSource.getRepository(Payment).findOneByOrFail({ id: session.payment_id });
  }

  /** Waits until our row says so, without asking the product: only webhooks and jobs can have written it. */
  async waitForStatus(session: SessionBody, status: string): Promise<void> {
    await eventually(async () => (await this.stored(session)).status === status, { what: `payment to be ${status}` });
  }

  /** Holds Stripe's webhooks back, as when they never come. */
  async pauseWebhooks(paused: boolean): Promise<void> {
    await this.send('PUT', `${this.sandbox.sandbox.url}/sandbox/webhooks`, { paused });
  }

  async fault(service: 'stripe' | 'sendgrid', fault: object | null): Promise<void> {
    const url = `${this.sandbox.sandbox.url}/sandbox/faults/${service}`;
    await (fault === null ? this.send('DELETE', url) : this.send('PUT', url, fault));
  }

  async stripe<T>(path: string): Promise<T> {
    const url = `${this.sandbox.sandbox.url}${path}`;
    return (await this.send<T>('GET', url, undefined, { authorization: `Bearer ${TEST_CREDENTIALS.stripeSecretKey}` }))
      .body;
  }

  async get<T>(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer<T>> {
    return await this.send<T>('GET', `${this.origin}${path}`, undefined, headers);
  }

  async post<T>(path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Answer<T>> {
    return await this.send<T>('POST', `${this.origin}${path}`, body, headers);
  }

  private async send<T>(
    method: string,
    url: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer<T>> {
    const response = await fetch(url, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: (text === '' ? {} : JSON.parse(text)) as T };
  }
}
