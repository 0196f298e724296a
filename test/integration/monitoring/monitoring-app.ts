import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { ErrorGroups } from '../../../src/admin-monitoring/api/dto/error-groups.response.js';
import type { RecentErrors } from '../../../src/admin-monitoring/api/dto/recent-errors.response.js';
import { CaptureLoop } from '../../../src/admin-monitoring/capture/capture-loop.js';
import { CaptureStore } from '../../../src/admin-monitoring/capture/capture-store.js';
import { NewsStreams } from '../../../src/admin-monitoring/live/news-streams.js';
import { AppModule } from '../../../src/app.module.js';
import { testConfig } from '../../../src/config/testing.js';
import { configureApp, fastifyOptions } from '../../../src/configure-app.js';
import { ApiError, ERROR_SINK, type ErrorContext, type ErrorSink } from '../../../src/platform/errors/index.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { DatabaseProxy } from '../../support/database-proxy.js';
import { eventually } from '../../support/eventually.js';

const PASSWORD = 'correct-horse-1';
const ADMIN = 'admin@example.com';
const ROOT = '/admin/api/monitoring';

export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
}

interface Question {
  readonly token?: string | undefined;
  readonly body?: object | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the routes of an operator answer, or the envelope. */
export interface Wire<Data> {
  readonly data: Data;
  readonly error: { readonly code: string; readonly details: Readonly<Record<string, unknown>> };
}

/** The whole product in one process, behind its routes. Real: everything but the vendors, who are unreachable. */
export class MonitoringApp {
  private constructor(
    private readonly app: NestFastifyApplication,
    private readonly origin: string,
    readonly database: TestDatabase,
    readonly proxy: DatabaseProxy,
    private readonly stateDir: string,
    readonly customerToken: string,
    readonly adminToken: string,
  ) {}

  static async start(): Promise<MonitoringApp> {
    const database = await createTestDatabase();
    const proxy = await DatabaseProxy.start(database.url);
    const stateDir = await mkdtemp(join(tmpdir(), 'oriel-monitoring-'));
    const config = testConfig({
      role: 'api',
      version: '1.2.3',
      stateDir,
      http: { trustProxy: true },
      database: { url: proxy.url, connectTimeoutMs: 30_000, poolWaitMs: 30_000 },
      auth: { adminEmails: [ADMIN] },
      rateLimits: { browserErrors: { points: 5, windowSeconds: 60 } },
    });
    const module = await Test.createTestingModule({ imports: [await AppModule.register(config)] }).compile();
    const adapter = new FastifyAdapter(fastifyOptions(config));
    const app = module.createNestApplication<NestFastifyApplication>(adapter, { logger: false, bodyParser: false });
    await configureApp(app, config);
    await app.listen(0, '127.0.0.1');
    const origin = await app.getUrl();
    const customerToken = await signUp(app, 'customer@example.com');
    const adminToken = await signUp(app, ADMIN);
    await database.dataSource.query('UPDATE users SET email_verified_at = now() WHERE email = $1', [ADMIN]);
    return new MonitoringApp(app, origin, database, proxy, stateDir, customerToken, adminToken);
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.proxy.close();
    await this.database.close();
    await rm(this.stateDir, { recursive: true, force: true });
  }

  /** Forgets every error. */
  async clear(): Promise<void> {
    await this.store();
    await this.database.dataSource.query(
      `TRUNCATE error_groups, error_group_users, error_group_releases, error_events,
                error_counts_second, error_counts_minute, error_counts_hour, error_counts_day, request_steps`,
    );
  }

  /** Puts errors where those of requests go. */
  capture(error: ApiError, context: Partial<ErrorContext> = {}, times = 1): void {
    const sink = this.app.get<ErrorSink>(ERROR_SINK, { strict: false });
    for (let time = 0; time < times; time += 1)
      sink.capture(error, { kind: 'request', endpoint: 'GET /x', ...context });
  }

  /** Asks the database itself. */
  async rows<Row>(sql: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    return await this.database.dataSource.query<Row[]>(sql, [...values]);
  }

  /** Waits until everything captured so far is in PostgreSQL. */
  async store(): Promise<void> {
    const loop = this.app.get(CaptureLoop, { strict: false });
    const store = this.app.get(CaptureStore, { strict: false });
    // The round that is under way may have begun before the last error.
    await loop.round();
    await eventually('all errors are stored', async () => {
      await loop.round();
      return store.status().outageSince === null;
    });
  }

  /** A route of operators, asked by one of them. */
  async admin<Data>(method: 'GET' | 'PATCH' | 'POST', path: string, body?: object): Promise<Answer<Wire<Data>>> {
    return await this.ask(method, `${ROOT}${path}`, { token: this.adminToken, body });
  }

  /** The newest errors, as an administrator gets them. */
  async recentErrors(query = ''): Promise<RecentErrors> {
    return await this.read<RecentErrors>(`/logs/recent-errors?${query}`);
  }

  /** The groups of errors, as an administrator gets them. */
  async errorGroups(query = ''): Promise<ErrorGroups> {
    return await this.read<ErrorGroups>(`/errors/groups?${query}`);
  }

  /** The live stream, as an administrator gets it. */
  async stream(signal: AbortSignal, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return await fetch(`${this.origin}${ROOT}/stream`, {
      headers: { ...headers, authorization: `Bearer ${this.adminToken}` },
      signal,
    });
  }

  /** Live streams that are open. */
  get openStreams(): number {
    return this.app.get(NewsStreams, { strict: false }).openCount;
  }

  /** An error that a page reports. @param address - where its reader is; the limit is one for each */
  async reportFromBrowser<Body>(body: object, address: string): Promise<Answer<Body>> {
    const headers = { 'user-agent': 'Mozilla/5.0 (test)', 'x-forwarded-for': address };
    return await this.ask('POST', '/api/logs', { body, headers });
  }

  async ask<Body>(
    method: 'GET' | 'PATCH' | 'POST',
    path: string,
    { token, body, headers = {} }: Question = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(`${this.origin}${path}`, {
      method,
      headers: {
        ...headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Body };
  }

  private async read<Data>(path: string): Promise<Data> {
    const { status, body } = await this.admin<Data>('GET', path);
    if (status !== 200) throw new Error(`GET ${path} answered ${status} ${body.error.code}`);
    return body.data;
  }
}

async function signUp(app: NestFastifyApplication, email: string): Promise<string> {
  const payload = { email, password: PASSWORD };
  await app.inject({ method: 'POST', url: '/api/auth/register', payload });
  const login = await app.inject({ method: 'POST', url: '/api/auth/login', payload });
  return login.json<{ access_token: string }>().access_token;
}
