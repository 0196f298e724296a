import { randomBytes } from 'node:crypto';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { AccountController } from '../../../src/account/account.controller.js';
import { AccountService } from '../../../src/account/account.service.js';
import { AuthCleanup } from '../../../src/auth/auth-cleanup.js';
import { AuthModule } from '../../../src/auth/index.js';
import { ConfigModule } from '../../../src/config/index.js';
import { testConfig } from '../../../src/config/testing.js';
import { configureApp, fastifyOptions } from '../../../src/configure-app.js';
import { EmailModule } from '../../../src/email/index.js';
import { PaymentHistory } from '../../../src/payments/index.js';
import { DatabaseModule } from '../../../src/platform/database/index.js';
import { ErrorsModule } from '../../../src/platform/errors/errors.module.js';
import { HealthModule } from '../../../src/platform/health/index.js';
import { HttpModule } from '../../../src/platform/http/index.js';
import { JobsModule } from '../../../src/platform/jobs/index.js';
import { LoggingModule, SecurityLog, type SecurityEventType } from '../../../src/platform/logging/index.js';
import { ResilienceModule } from '../../../src/platform/resilience/index.js';
import { CLOCK, TimeModule } from '../../../src/platform/time/index.js';
import { ManualClock } from '../../../src/platform/time/manual-clock.js';
import { RenderJobs } from '../../../src/rendering/index.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { AdminProbeController } from './admin-probe.controller.js';

export const PASSWORD = 'correct-horse-1';
export const ADMIN = 'boss@example.com';
export const SEEDED = { email: 'seeded@example.com', password: 'seeded-password-1' };

export interface Answer<T = Wire> {
  readonly status: number;
  readonly body: T;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** Any answer of these routes; a test reads what it expects to be there. */
export interface Wire {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly details: Readonly<Record<string, unknown>>;
  };
  readonly user: {
    readonly id: string;
    readonly email: string;
    readonly email_verified: boolean;
    readonly is_admin: boolean;
    readonly statistics: Readonly<Record<string, number>>;
  };
  readonly access_token: string;
  readonly refresh_token: string;
}

/** Remembers security events instead of writing them. */
class RememberingSecurityLog {
  readonly events: SecurityEventType[] = [];

  event(type: SecurityEventType): void {
    this.events.push(type);
  }
}

/**
 * Auth and account over HTTP. Real: everything but SendGrid (unreachable), the clock, the security log, and what
 * these users have bought and rendered (nothing).
 */
export class AuthApp {
  private constructor(
    private readonly app: NestFastifyApplication,
    readonly database: TestDatabase,
    readonly clock: ManualClock,
    readonly securityLog: RememberingSecurityLog,
  ) {}

  static async start(): Promise<AuthApp> {
    const database = await createTestDatabase();
    const config = testConfig({
      database: { url: database.url },
      auth: { adminEmails: [ADMIN, SEEDED.email], seedAdmin: SEEDED },
    });
    const clock = new ManualClock(new Date());
    const securityLog = new RememberingSecurityLog();
    const module = await Test.createTestingModule({
      imports: [
        ConfigModule.register(config),
        TimeModule,
        HttpModule,
        LoggingModule,
        ErrorsModule,
        ResilienceModule,
        DatabaseModule,
        JobsModule,
        HealthModule,
        EmailModule,
        AuthModule,
      ],
      controllers: [AdminProbeController, AccountController],
      providers: [
        AccountService,
        { provide: PaymentHistory, useValue: { page: async () => ({ items: [], total: 0 }) } },
        {
          provide: RenderJobs,
          useValue: { page: async () => ({ jobs: [], total: 0 }), statistics: async () => ({ total: 0 }) },
        },
      ],
    })
      .overrideProvider(CLOCK)
      .useValue(clock)
      .overrideProvider(SecurityLog)
      .useValue(securityLog)
      .setLogger({ log: () => undefined, warn: () => undefined, error: () => undefined })
      .compile();
    const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(fastifyOptions(config)), {
      rawBody: true,
    });
    await configureApp(app, config);
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    return new AuthApp(app, database, clock, securityLog);
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.database.close();
  }

  cleanup(): AuthCleanup {
    return this.app.get(AuthCleanup, { strict: false });
  }

  get<T extends object = Wire>(path: string, token?: string): Promise<Answer<T>> {
    return this.send('GET', path, undefined, token);
  }

  post<T extends object = Wire>(path: string, body: unknown, token?: string): Promise<Answer<T>> {
    return this.send('POST', path, body, token);
  }

  put<T extends object = Wire>(path: string, body: unknown, token?: string): Promise<Answer<T>> {
    return this.send('PUT', path, body, token);
  }

  freshEmail(): string {
    return `user-${randomBytes(6).toString('hex')}@example.com`;
  }

  async registered(email = this.freshEmail()): Promise<string> {
    const answer = await this.post('/api/auth/register', { email, password: PASSWORD });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return email;
  }

  async loggedIn(email?: string): Promise<Wire & { readonly email: string }> {
    const address = await this.registered(email);
    const answer = await this.post('/api/auth/login', { email: address, password: PASSWORD });
    return { ...answer.body, email: address };
  }

  /** The tokens in the links of the mails of one kind to an address, oldest first. */
  async mailedTokens(template: string, email: string): Promise<readonly string[]> {
    const rows = await this.mails(template, email);
    return rows.map(({ data }) => new URL(data.link ?? '').searchParams.get('token') ?? '');
  }

  async mails(template: string, email: string): Promise<readonly { readonly data: { readonly link?: string } }[]> {
    return await this.database.dataSource.query(
      'SELECT data FROM emails WHERE template = $1 AND to_address = $2 ORDER BY id',
      [template, email],
    );
  }

  /** The first token that is mailed to an address whose number of such mails was `before`. */
  async nextMailedToken(template: string, email: string, before = 0): Promise<string> {
    await eventually(`a mail ${template} exists`, async () => (await this.mails(template, email)).length > before);
    return (await this.mailedTokens(template, email))[before] ?? '';
  }

  async verify(email: string): Promise<void> {
    const token = (await this.mailedTokens('verify_email', email)).at(-1);
    const answer = await this.post('/api/auth/verify-email', { token });
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  }

  async send<T extends object>(
    method: 'GET' | 'POST' | 'PUT',
    url: string,
    body?: unknown,
    token?: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer<T>> {
    const response = await this.app.inject({
      method,
      url,
      headers: {
        ...headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const parsed: unknown = response.body === '' ? {} : JSON.parse(response.body);
    return { status: response.statusCode, body: parsed as T, headers: response.headers };
  }
}
