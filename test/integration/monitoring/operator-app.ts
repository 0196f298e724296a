import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { AppModule } from '../../../src/app.module.js';
import { testConfig } from '../../../src/config/testing.js';
import { configureApp, fastifyOptions } from '../../../src/configure-app.js';

export const PASSWORD = 'correct-horse-1';
export const ADMIN = { email: 'boss@example.com', password: 'seeded-password-1' };

/** Addresses that make an administrator of whoever proves to have them. */
export const OTHER_ADMINS = ['second@example.com', 'third@example.com'] as const;

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

/** What a route of the operator's answers with: its data, or an error. */
export interface Wire<Data = unknown> {
  readonly data: Data;
  readonly error: { readonly code: string; readonly details: Readonly<Record<string, unknown>> };
}

type Method = 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE' | 'PUT';

/**
 * One instance of the whole product, without a socket. Real: everything but the vendors, which cannot be reached. Several of
 * them may share a database.
 */
export class OperatorApp {
  private constructor(
    readonly app: NestFastifyApplication,
    private readonly stateDir: string,
    /** What is served, each as `METHOD /path/:with/:parameters`. */
    readonly routes: readonly string[],
  ) {}

  static async start(databaseUrl: string, instanceId = 'pod-1'): Promise<OperatorApp> {
    const stateDir = await mkdtemp(join(tmpdir(), 'oriel-operator-'));
    const config = testConfig({
      role: 'api',
      instanceId,
      stateDir,
      database: { url: databaseUrl },
      auth: { adminEmails: [ADMIN.email, ...OTHER_ADMINS], seedAdmin: ADMIN },
    });
    const module = await Test.createTestingModule({ imports: [await AppModule.register(config)] }).compile();
    const adapter = new FastifyAdapter(fastifyOptions(config));
    const app = module.createNestApplication<NestFastifyApplication>(adapter, { logger: false, bodyParser: false });
    const routes: string[] = [];
    adapter.getInstance().addHook('onRoute', ({ method, url }) => {
      routes.push(...[method].flat().map((name) => `${name} ${url}`));
    });
    await configureApp(app, config);
    await app.init();
    await adapter.getInstance().ready();
    return new OperatorApp(app, stateDir, routes);
  }

  async close(): Promise<void> {
    await this.app.close();
    await rm(this.stateDir, { recursive: true, force: true });
  }

  /** The access token of a user who exists. */
  async tokenOf(email: string, password = PASSWORD): Promise<string> {
    const { status, body } = await this.ask<{ access_token: string }>('POST', '/api/auth/login', {
      json: { email, password },
    });
    if (status !== 200) throw new Error(`Login answered ${status}`);
    return body.access_token;
  }

  async adminToken(): Promise<string> {
    return await this.tokenOf(ADMIN.email, ADMIN.password);
  }

  /** A new user, whose address is not verified. @returns the address */
  async register(email = `user-${randomBytes(6).toString('hex')}@example.com`): Promise<string> {
    const { status } = await this.ask('POST', '/api/auth/register', { json: { email, password: PASSWORD } });
    if (status !== 201) throw new Error(`Registering answered ${status}`);
    return email;
  }

  /** Asks below `/admin/api/monitoring/`. */
  async monitoring<Data>(method: Method, path: string, token: string, json?: unknown): Promise<Answer<Wire<Data>>> {
    return await this.ask<Wire<Data>>(method, `/admin/api/monitoring/${path}`, { token, json });
  }

  async ask<T>(
    method: Method,
    url: string,
    { token, json }: { readonly token?: string | undefined; readonly json?: unknown } = {},
  ): Promise<Answer<T>> {
    const response = await this.app.inject({
      method,
      url,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(json === undefined ? {} : { payload: JSON.stringify(json) }),
    });
    const body: unknown = response.body === '' ? {} : JSON.parse(response.body);
    return { status: response.statusCode, body: body as T };
  }
}
