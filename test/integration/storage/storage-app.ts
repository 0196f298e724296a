import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ConfigModule } from '../../../src/config/index.js';
import { testConfig } from '../../../src/config/testing.js';
import { configureApp, fastifyOptions } from '../../../src/configure-app.js';
import { DatabaseModule } from '../../../src/platform/database/index.js';
import { ErrorsModule } from '../../../src/platform/errors/errors.module.js';
import { HealthModule } from '../../../src/platform/health/index.js';
import { HttpModule } from '../../../src/platform/http/index.js';
import { JobsModule } from '../../../src/platform/jobs/index.js';
import { LoggingModule } from '../../../src/platform/logging/index.js';
import { policyToken, ResilienceModule, type ServicePolicy } from '../../../src/platform/resilience/index.js';
import { CLOCK, TimeModule } from '../../../src/platform/time/index.js';
import { ManualClock } from '../../../src/platform/time/manual-clock.js';
import { parseFault } from '../../../src/sandbox/faults/dto/fault.dto.js';
import { startTestSandbox, TEST_CREDENTIALS, type TestSandbox } from '../../../src/sandbox/testing.js';
import { ObjectStorage, StorageModule, type StoredObject } from '../../../src/storage/index.js';
import { ReplicationSchedule } from '../../../src/storage/replication-schedule.js';
import { Replicator } from '../../../src/storage/replicator.js';
import { StorageSweep } from '../../../src/storage/storage-sweep.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

/** A row of the register. */
export interface Row {
  readonly id: string;
  readonly object_name: string;
  readonly status: string;
  readonly location: string | null;
  readonly last_error_code: string | null;
}

/**
 * Storage over HTTP. Real: database, queue, policies, SDK, disk. Fake: the bucket, by the sandbox's double, and the
 * clock.
 */
export class StorageApp {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly database: TestDatabase,
    readonly sandbox: TestSandbox,
    readonly clock: ManualClock,
    readonly dir: string,
  ) {}

  static async start(
    options: { readonly minFreeBytes?: number; readonly scheduled?: boolean } = {},
  ): Promise<StorageApp> {
    const dir = await mkdtemp(join(tmpdir(), 'oriel-storage-'));
    const [database, sandbox] = await Promise.all([createTestDatabase(), startTestSandbox()]);
    const config = testConfig({
      database: { url: database.url },
      gcs: {
        bucket: TEST_CREDENTIALS.bucket,
        apiEndpoint: sandbox.sandbox.url,
        credentials: { clientEmail: TEST_CREDENTIALS.clientEmail, privateKey: sandbox.gcsPrivateKey },
      },
      storage: { fallbackDir: join(dir, 'fallback'), minFreeBytes: options.minFreeBytes ?? 0 },
    });
    const clock = new ManualClock(new Date());
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
        StorageModule,
      ],
    })
      .overrideProvider(CLOCK)
      .useValue(clock)
      .setLogger({ log: () => undefined, warn: () => undefined, error: () => undefined })
      .compile();
    const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(fastifyOptions(config)), {
      rawBody: true,
    });
    await configureApp(app, config);
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    if (options.scheduled !== true) await app.get(ReplicationSchedule, { strict: false }).onModuleDestroy();
    return new StorageApp(app, database, sandbox, clock, dir);
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.sandbox.close();
    await this.database.close();
    await rm(this.dir, { recursive: true, force: true });
  }

  get storage(): ObjectStorage {
    return this.app.get(ObjectStorage, { strict: false });
  }

  get policy(): ServicePolicy {
    return this.app.get<ServicePolicy>(policyToken('gcs'), { strict: false });
  }

  /** Any provider of the storage module. */
  get<T>(type: abstract new (...args: never[]) => T): T {
    return this.app.get<T>(type, { strict: false });
  }

  fault(fault: object): void {
    this.sandbox.sandbox.faults.set('gcs', parseFault(fault));
  }

  heal(): void {
    this.sandbox.sandbox.faults.clear('gcs');
    this.policy.reset();
  }

  async file(content: Buffer = randomBytes(100_000)): Promise<string> {
    const path = join(this.dir, randomBytes(8).toString('hex'));
    await writeFile(path, content);
    return path;
  }

  async store(content?: Buffer): Promise<StoredObject> {
    const path = await this.file(content);
    return await this.storage.store({
      key: 'videos/clip.mp4',
      source: { path },
      contentType: 'video/mp4',
      kind: 'video',
    });
  }

  /** Stores in fallback storage because GCS is not to be called, and leaves it at that. */
  async storeHeld(content?: Buffer): Promise<StoredObject> {
    this.policy.isolate();
    return await this.store(content);
  }

  /** Stores in fallback storage, and lets GCS be called again. */
  async storeLocally(content?: Buffer): Promise<StoredObject> {
    const object = await this.storeHeld(content);
    this.policy.reset();
    return object;
  }

  /** What is stored under `id`. */
  async fetched(id: string): Promise<Buffer> {
    const path = join(this.dir, 'fetched');
    await this.storage.fetchToFile(id, path);
    return await readFile(path);
  }

  replicate() {
    return this.get(Replicator).run(new AbortController().signal);
  }

  sweep() {
    return this.get(StorageSweep).run(new AbortController().signal);
  }

  /** Asks for a link of ours. */
  download(url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') {
    return this.app.inject({ method, url: url.replace(/^http:\/\/[^/]+/, ''), headers });
  }

  async row(id: string): Promise<Row> {
    const rows: Row[] = await this.database.dataSource.query('SELECT * FROM stored_objects WHERE id = $1', [id]);
    const [row] = rows;
    if (row === undefined) throw new Error(`No row ${id}`);
    return row;
  }

  async rows(): Promise<readonly Row[]> {
    return await this.database.dataSource.query('SELECT * FROM stored_objects ORDER BY created_at');
  }

  /** Names of the objects that are really in the bucket. */
  async bucketNames(): Promise<readonly string[]> {
    const response = await fetch(`${this.sandbox.sandbox.url}/storage/v1/b/${TEST_CREDENTIALS.bucket}/o`);
    const { items = [] } = (await response.json()) as { readonly items?: readonly { readonly name: string }[] };
    return items.map(({ name }) => name);
  }

  /** Names of all files below the fallback directory. */
  async localFiles(): Promise<readonly string[]> {
    const found = await readdir(join(this.dir, 'fallback'), { recursive: true, withFileTypes: true }).catch(() => []);
    return found.filter((entry) => entry.isFile()).map(({ name }) => name);
  }
}
