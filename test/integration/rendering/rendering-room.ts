import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EntityManager } from 'typeorm';
import { User } from '../../../src/auth/index.js';
import type { AppConfig } from '../../../src/config/index.js';
import { testConfig } from '../../../src/config/testing.js';
import { Email, EmailOutbox } from '../../../src/email/index.js';
import { Credits, Payment, type TierId, TIERS } from '../../../src/payments/index.js';
import { Database } from '../../../src/platform/database/index.js';
import type { ApiError, ErrorContext } from '../../../src/platform/errors/index.js';
import { RequestContext } from '../../../src/platform/http/index.js';
import type { JobQueue, QueueDefinition } from '../../../src/platform/jobs/index.js';
import type { PerformanceLog } from '../../../src/platform/logging/index.js';
import { passThroughPolicy } from '../../../src/platform/resilience/testing.js';
import { newId, SystemClock } from '../../../src/platform/time/index.js';
import { RenderJob } from '../../../src/rendering/index.js';
import { JobChanges } from '../../../src/rendering/events/job-changes.js';
import { TemporaryDirectories } from '../../../src/rendering/files/temporary-directories.js';
import { JobIntake } from '../../../src/rendering/jobs/job-intake.js';
import { RenderEstimates } from '../../../src/rendering/jobs/render-estimates.js';
import { RENDER_QUEUE, type RenderPayload } from '../../../src/rendering/jobs/render-queue.js';
import { RenderJobs } from '../../../src/rendering/jobs/render-jobs.js';
import { AttemptRows } from '../../../src/rendering/worker/attempt-rows.js';
import { JobOutcomes } from '../../../src/rendering/worker/job-outcomes.js';
import { RenderJobRunner } from '../../../src/rendering/worker/render-job-runner.js';
import { RunReport } from '../../../src/rendering/worker/run-report.js';
import { VideoProduction } from '../../../src/rendering/worker/video-production.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { MemoryStorage, ScriptedInspector, ScriptedRenderer, TRACK } from './fakes.js';

const CONFIG = {
  visualization: 'bars',
  resolution: '1280x720',
  fps: 30,
  color: '#7c5cff',
  background_color: '#000000',
  title: 'Night Drive',
} as const;

type ConfigOverrides = Parameters<typeof testConfig>[0];

/** Records what is enqueued; nothing is delivered but by the test. A rolled-back transaction is the row's matter. */
class RecordingQueue {
  readonly sent: { readonly queue: string; readonly payload: object }[] = [];

  async enqueue(
    queue: QueueDefinition<object>,
    payload: object,
    _options: { manager?: EntityManager },
  ): Promise<string> {
    this.sent.push({ queue: queue.name, payload });
    return await Promise.resolve(newId());
  }

  get renders(): readonly RenderPayload[] {
    return this.sent.filter(({ queue }) => queue === RENDER_QUEUE.name).map(({ payload }) => payload as RenderPayload);
  }
}

/**
 * The worker's side of the rendering feature. Real: PostgreSQL, credits, outbox, the temporary directories. Fake: renderer,
 * inspector, storage, the queue's delivery.
 */
export class RenderingRoom {
  readonly storage = new MemoryStorage();
  readonly renderer = new ScriptedRenderer();
  readonly inspector = new ScriptedInspector();
  readonly queue = new RecordingQueue();
  readonly captured: { readonly error: ApiError; readonly context: ErrorContext }[] = [];
  readonly metrics: string[] = [];
  readonly context = RequestContext.standalone();
  readonly clock = new SystemClock();
  readonly database: Database;
  readonly jobs: RenderJobs;
  readonly intake: JobIntake;
  readonly changes: JobChanges;
  readonly runner: RenderJobRunner;
  readonly outcomes: JobOutcomes;

  private constructor(
    private readonly testDatabase: TestDatabase,
    readonly directory: string,
    overrides: ConfigOverrides,
  ) {
    const config = testConfig({ stateDir: directory, ...overrides });
    this.database = new Database(testDatabase.dataSource);
    const queue = this.queue as unknown as JobQueue;
    const credits = new Credits(this.clock);
    this.jobs = new RenderJobs(this.database, new RenderEstimates(config, this.clock));
    this.intake = new JobIntake(this.database, this.jobs, credits, queue, this.context, this.clock);
    this.changes = new JobChanges(this.database);
    const performance = { metric: (name: string) => this.metrics.push(name) } as unknown as PerformanceLog;
    this.outcomes = new JobOutcomes(
      this.database,
      credits,
      new EmailOutbox(queue, this.context, this.clock),
      config,
      this.clock,
    );
    this.runner = this.makeRunner(config, performance);
  }

  static async open(overrides: ConfigOverrides = {}): Promise<RenderingRoom> {
    const database = await createTestDatabase({ entities: [User, Payment, Email, RenderJob] });
    return new RenderingRoom(database, await mkdtemp(join(tmpdir(), 'oriel-rendering-')), overrides);
  }

  async close(): Promise<void> {
    await this.changes.onApplicationShutdown();
    await this.testDatabase.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** A customer with one paid credit. */
  async customer(tier: TierId = 'premium'): Promise<{ readonly userId: string; readonly paymentId: string }> {
    const { manager } = this.testDatabase.dataSource;
    const now = this.clock.now();
    const userId = newId();
    await manager.getRepository(User).insert({
      id: userId,
      email: `${userId}@example.com`,
      emailVerifiedAt: now,
      passwordHash: 'none',
      createdAt: now,
      updatedAt: now,
    });
    return { userId, paymentId: await this.pay(userId, tier) };
  }

  async pay(userId: string, tier: TierId = 'premium'): Promise<string> {
    const now = this.clock.now();
    const id = newId();
    await this.testDatabase.dataSource.getRepository(Payment).insert({
      id,
      userId,
      tier,
      amountCents: TIERS[tier].amountCents,
      currency: TIERS[tier].currency,
      status: 'completed',
      customerEmail: `${userId}@example.com`,
      successUrl: 'http://127.0.0.1:3000/',
      cancelUrl: 'http://127.0.0.1:3000/',
      createdAt: now,
      updatedAt: now,
      completedAt: now,
    });
    return id;
  }

  /** A queued job with its track in storage. */
  async submitted(): Promise<{ readonly job: RenderJob; readonly userId: string; readonly payload: RenderPayload }> {
    const { userId, paymentId } = await this.customer();
    const { id: audioObjectId } = await this.storage.store({
      key: 'audio/track.wav',
      source: { path: '/dev/null' },
      contentType: 'audio/wav',
      kind: 'audio',
    });
    const id = newId();
    const job = await this.intake.accept({ id, userId, paymentId, config: CONFIG, audio: TRACK, audioObjectId });
    return { job, userId, payload: { jobId: id, generation: 1 } };
  }

  async job(id: string): Promise<RenderJob> {
    return await this.testDatabase.dataSource.getRepository(RenderJob).findOneByOrFail({ id });
  }

  async paymentStatus(id: string): Promise<string> {
    return (await this.testDatabase.dataSource.getRepository(Payment).findOneByOrFail({ id })).status;
  }

  async mails(userId: string): Promise<readonly string[]> {
    const mails = await this.testDatabase.dataSource.getRepository(Email).findBy({ userId });
    return mails.map(({ template }) => template).sort();
  }

  /** What lies in the temporary directory now. */
  async leftovers(): Promise<readonly string[]> {
    return await readdir(join(this.directory, 'tmp')).catch(() => []);
  }

  /** Keys of stored videos and thumbnails. */
  get products(): readonly string[] {
    return [...this.storage.keys.values()].filter((key) => !key.startsWith('audio/')).sort();
  }

  private makeRunner(config: AppConfig, performance: PerformanceLog): RenderJobRunner {
    const production = new VideoProduction(
      this.renderer,
      this.inspector,
      this.storage.asStorage,
      passThroughPolicy('rendering'),
      new TemporaryDirectories(config, this.clock),
      config,
    );
    const sink = {
      capture: (error: ApiError, context: ErrorContext): void => {
        this.captured.push({ error, context });
      },
    };
    const rows = new AttemptRows(this.database, config, this.clock);
    const report = new RunReport(this.context, performance, sink);
    return new RenderJobRunner(rows, this.outcomes, this.changes, production, report, this.clock);
  }
}
