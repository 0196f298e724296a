import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { DataSource } from 'typeorm';
import { AuthModule, User } from '../../../src/auth/index.js';
import { type AppConfig, ConfigModule, type ProcessRole } from '../../../src/config/index.js';
import { testConfig } from '../../../src/config/testing.js';
import { configureApp, fastifyOptions } from '../../../src/configure-app.js';
import { Email, EmailModule } from '../../../src/email/index.js';
import { Payment, PaymentsModule, type TierId, TIERS } from '../../../src/payments/index.js';
import { DatabaseModule } from '../../../src/platform/database/index.js';
import { ErrorsModule } from '../../../src/platform/errors/errors.module.js';
import { HealthModule } from '../../../src/platform/health/index.js';
import { HttpModule } from '../../../src/platform/http/index.js';
import { JobsModule } from '../../../src/platform/jobs/index.js';
import { LoggingModule } from '../../../src/platform/logging/index.js';
import { ResilienceModule } from '../../../src/platform/resilience/index.js';
import { newId, TimeModule } from '../../../src/platform/time/index.js';
import { RenderingModule, RenderJob } from '../../../src/rendering/index.js';
import { AUDIO_INSPECTOR } from '../../../src/rendering/ports/audio-inspector.port.js';
import { RENDERER } from '../../../src/rendering/ports/renderer.port.js';
import { ObjectStorage, StorageModule } from '../../../src/storage/index.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { MemoryStorage, ScriptedInspector, ScriptedRenderer } from './fakes.js';

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly details: Readonly<Record<string, unknown>> & { readonly fields?: readonly { readonly field: string }[] };
  };
}

export interface SubmitBody {
  readonly job_id: string;
  readonly status: string;
  readonly position: number;
  readonly estimated_seconds: number;
}

export interface JobBody {
  readonly job: {
    readonly id: string;
    readonly status: string;
    readonly stage: string | null;
    readonly progress: number;
    readonly estimated_completion: string | null;
    readonly attempt: number;
    readonly error: { readonly code: string } | null;
    readonly request_id: string | null;
    readonly created_at: string;
    readonly completed_at: string | null;
  };
}

/** A customer over HTTP. */
export interface Musician {
  readonly id: string;
  readonly authorization: string;
}

export const CONFIG = { visualization: 'bars', resolution: '1280x720', title: 'Night Drive' } as const;

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
const FEATURES = [EmailModule, AuthModule, StorageModule, PaymentsModule, RenderingModule];

/**
 * One process of the product's rendering side on a listening socket. Real: HTTP, auth, PostgreSQL, credits, outbox, job queue.
 * Fake: renderer, inspector, object storage (shared by all processes of a test, as the real one is).
 */
export class RenderingApp {
  readonly renderer = new ScriptedRenderer();
  readonly inspector = new ScriptedInspector();

  private constructor(
    readonly app: NestFastifyApplication,
    readonly config: AppConfig,
    readonly origin: string,
    readonly database: TestDatabase,
    readonly storage: MemoryStorage,
  ) {}

  static async start(
    role: ProcessRole,
    shared?: Pick<RenderingApp, 'database' | 'storage' | 'config'>,
  ): Promise<RenderingApp> {
    const database = shared?.database ?? (await createTestDatabase({ entities: [User, Payment, Email, RenderJob] }));
    const storage = shared?.storage ?? new MemoryStorage();
    const stateDir = shared?.config.stateDir ?? (await mkdtemp(join(tmpdir(), 'oriel-rendering-app-')));
    const config = testConfig({
      role,
      stateDir,
      instanceId: `test-${role}`,
      database: { url: database.url },
      rendering: { tempDir: join(stateDir, 'tmp'), concurrency: 2, maxUploadBytes: 200_000, shutdownGraceMs: 200 },
    });
    const renderer = new ScriptedRenderer();
    const inspector = new ScriptedInspector();
    const module = await Test.createTestingModule({
      imports: [ConfigModule.register(config), ...PLATFORM, ...FEATURES],
    })
      .overrideProvider(RENDERER)
      .useValue(renderer)
      .overrideProvider(AUDIO_INSPECTOR)
      .useValue(inspector)
      .overrideProvider(ObjectStorage)
      .useValue(storage)
      .compile();
    const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(fastifyOptions(config)), {
      rawBody: true,
      logger: false,
    });
    await configureApp(app, config);
    await app.listen(0, '127.0.0.1');
    const started = new RenderingApp(app, config, await app.getUrl(), database, storage);
    return Object.assign(started, { renderer, inspector });
  }

  /** Another process on the same database and storage. */
  async another(role: ProcessRole): Promise<RenderingApp> {
    return await RenderingApp.start(role, this);
  }

  /** Ends the process, and with the last one also the database. */
  async close(options: { readonly last: boolean } = { last: true }): Promise<void> {
    await this.app.close();
    if (!options.last) return;
    await this.database.close();
    await rm(this.config.stateDir, { recursive: true, force: true });
  }

  get dataSource(): DataSource {
    return this.database.dataSource;
  }

  async musician(): Promise<Musician> {
    const email = `musician-${randomBytes(6).toString('hex')}@example.com`;
    const credentials = { email, password: 'correct-horse-1' };
    await this.send('POST', '/api/auth/register', { json: credentials });
    const login = await this.send<{ access_token: string; user: { id: string } }>('POST', '/api/auth/login', {
      json: credentials,
    });
    return { id: login.body.user.id, authorization: `Bearer ${login.body.access_token}` };
  }

  /** A paid credit, without the checkout. */
  async credit(musician: Musician, tier: TierId = 'premium', status = 'completed'): Promise<string> {
    const id = newId();
    const now = new Date();
    await this.dataSource.getRepository(Payment).insert({
      id,
      userId: musician.id,
      tier,
      amountCents: TIERS[tier].amountCents,
      currency: TIERS[tier].currency,
      status: status as Payment['status'],
      customerEmail: 'musician@example.com',
      successUrl: 'http://127.0.0.1:3000/',
      cancelUrl: 'http://127.0.0.1:3000/',
      createdAt: now,
      updatedAt: now,
    });
    return id;
  }

  async submit<T = SubmitBody>(musician: Musician, paymentId: string, config: object = CONFIG): Promise<Answer<T>> {
    const form = new FormData();
    form.set('audio_file', new Blob([Buffer.alloc(5_000, 'x')]), 'track.mp3');
    form.set('render_config', JSON.stringify(config));
    form.set('payment_id', paymentId);
    return await this.post<T>(musician, 'submit', form);
  }

  async post<T>(musician: Musician, path: string, form?: FormData): Promise<Answer<T>> {
    return await this.send<T>('POST', `/api/jobs/render/${path}`, { musician, ...(form && { form }) });
  }

  async get<T>(musician: Musician, path: string): Promise<Answer<T>> {
    return await this.send<T>('GET', `/api/jobs/render${path}`, { musician });
  }

  async job(musician: Musician, id: string): Promise<JobBody['job']> {
    return (await this.get<JobBody>(musician, `/status/${id}`)).body.job;
  }

  async paymentStatus(id: string): Promise<string> {
    return (await this.dataSource.getRepository(Payment).findOneByOrFail({ id })).status;
  }

  async mails(musician: Musician): Promise<readonly string[]> {
    const mails = await this.dataSource.getRepository(Email).findBy({ userId: musician.id });
    return mails
      .map(({ template }) => template)
      .filter((template) => template.startsWith('render_'))
      .sort();
  }

  /** What lies in the temporary directory now. */
  async leftovers(): Promise<readonly string[]> {
    return await readdir(this.config.rendering.tempDir).catch(() => []);
  }

  private async send<T>(
    method: string,
    path: string,
    { musician, json, form }: { readonly musician?: Musician; readonly json?: object; readonly form?: FormData },
  ): Promise<Answer<T>> {
    const response = await fetch(`${this.origin}${path}`, {
      method,
      headers: {
        ...(musician && { authorization: musician.authorization }),
        ...(json && { 'content-type': 'application/json' }),
      },
      ...(json && { body: JSON.stringify(json) }),
      ...(form && { body: form }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: (text === '' ? {} : JSON.parse(text)) as T };
  }
}
