import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { AppModule } from '../../../src/app.module.js';
import { User } from '../../../src/auth/index.js';
import type { ProcessRole } from '../../../src/config/index.js';
import { testConfig } from '../../../src/config/testing.js';
import { configureApp, fastifyOptions } from '../../../src/configure-app.js';
import { Payment } from '../../../src/payments/index.js';
import { RenderJob } from '../../../src/rendering/index.js';
import { AUDIO_INSPECTOR } from '../../../src/rendering/ports/audio-inspector.port.js';
import { startTestSandbox, TEST_CREDENTIALS, type TestSandbox } from '../../../src/sandbox/testing.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { ScriptedInspector } from '../rendering/fakes.js';
import type { OpenApiDocument } from './document.js';

/** The doubles run already. */
const NO_START = {
  services: ['stripe', 'gcs', 'sendgrid'],
  host: '127.0.0.1',
  port: 0,
  stateDir: '',
  start: false,
  gcsPublicKey: '',
} as const;

export const PASSWORD = 'correct horse 1';

export interface Route {
  readonly method: string;
  /** As OpenAPI writes it: `/jobs/{job_id}`. */
  readonly path: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body of a JSON answer. */
  readonly body: unknown;
}

interface Question {
  readonly token?: string | undefined;
  readonly json?: unknown;
  readonly form?: FormData;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The whole product in one process, on a listening socket. Real: everything but the vendors (sandbox) and the inspection of
 * tracks. No worker runs, so that jobs stay where they are put.
 */
export class OpenApiApp {
  private constructor(
    private readonly app: NestFastifyApplication,
    readonly origin: string,
    readonly database: TestDatabase,
    private readonly sandbox: TestSandbox,
    private readonly stateDir: string,
    /** What Fastify was asked to serve. */
    readonly routes: readonly Route[],
  ) {}

  /** @param control - whether the product offers its administrators the control of the doubles */
  static async start(role: ProcessRole = 'api', control = true): Promise<OpenApiApp> {
    const [database, sandbox, stateDir] = await Promise.all([
      createTestDatabase({ entities: [User, Payment, RenderJob] }),
      startTestSandbox(),
      mkdtemp(join(tmpdir(), 'oriel-openapi-')),
    ]);
    const { url } = sandbox.sandbox;
    const config = testConfig({
      role,
      stateDir,
      database: { url: database.url },
      stripe: { ...TEST_CREDENTIALS, secretKey: TEST_CREDENTIALS.stripeSecretKey, apiBase: url },
      gcs: {
        bucket: TEST_CREDENTIALS.bucket,
        apiEndpoint: url,
        credentials: { clientEmail: TEST_CREDENTIALS.clientEmail, privateKey: sandbox.gcsPrivateKey },
      },
      sendgrid: { apiKey: TEST_CREDENTIALS.sendgridApiKey, apiBase: url },
      ...(control ? { sandbox: { ...NO_START, origin: url } } : {}),
    });
    const module = await Test.createTestingModule({ imports: [await AppModule.register(config)] })
      .overrideProvider(AUDIO_INSPECTOR)
      .useValue(new ScriptedInspector())
      .compile();
    const adapter = new FastifyAdapter(fastifyOptions(config));
    const app = module.createNestApplication<NestFastifyApplication>(adapter, { logger: false, bodyParser: false });
    const routes: Route[] = [];
    adapter.getInstance().addHook('onRoute', ({ method, url: path }) => {
      for (const name of [method].flat()) routes.push({ method: name, path: path.replaceAll(/:(\w+)/g, '{$1}') });
    });
    await configureApp(app, config);
    await app.listen(0, '127.0.0.1');
    return new OpenApiApp(app, await app.getUrl(), database, sandbox, stateDir, routes);
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.sandbox.close();
    await this.database.close();
    await rm(this.stateDir, { recursive: true, force: true });
  }

  async document(): Promise<OpenApiDocument> {
    const { status, body } = await this.ask('GET', '/docs/openapi.json');
    if (status !== 200) throw new Error(`HTTP ${status}`);
    return body as OpenApiDocument;
  }

  async ask(method: string, path: string, { token, json, form, headers = {} }: Question = {}): Promise<Answer> {
    const body = form ?? (json === undefined ? undefined : JSON.stringify(json));
    const response = await fetch(`${this.origin}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    const parsed: unknown = isJson && text !== '' ? JSON.parse(text) : undefined;
    return { status: response.status, headers: response.headers, text, body: parsed };
  }
}
