import { Global, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { type AppConfig, ConfigModule } from '../../../src/config/index.js';
import { testConfig } from '../../../src/config/testing.js';
import { Database, DatabaseModule } from '../../../src/platform/database/index.js';
import { type ApiError, ERROR_SINK, type ErrorContext } from '../../../src/platform/errors/index.js';
import { RequestContext } from '../../../src/platform/http/index.js';
import { JobQueue, JobsModule, JobWorkers } from '../../../src/platform/jobs/index.js';
import { PerformanceLog } from '../../../src/platform/logging/index.js';
import { TimeModule } from '../../../src/platform/time/index.js';

/** Errors that jobs reported, in order. */
export type CapturedErrors = { readonly error: ApiError; readonly context: ErrorContext }[];

/** What the rooms under test need of the others: a real context, figures without log files, an error sink that remembers. */
@Global()
@Module({
  providers: [
    PerformanceLog,
    { provide: RequestContext, useFactory: () => RequestContext.standalone() },
    { provide: ERROR_SINK, useFactory: () => new RememberingSink() },
  ],
  exports: [PerformanceLog, RequestContext, ERROR_SINK],
})
class SurroundingsModule {}

class RememberingSink {
  readonly captured: CapturedErrors = [];

  capture(error: ApiError, context: ErrorContext): void {
    this.captured.push({ error, context });
  }
}

/** The platform of one process with its job queue; everything in it is real. */
export interface JobApp {
  readonly app: TestingModule;
  readonly queue: JobQueue;
  readonly workers: JobWorkers;
  readonly database: Database;
  readonly captured: CapturedErrors;
  close(): Promise<void>;
}

interface JobAppOptions {
  readonly role?: 'all' | 'api' | 'worker';
  readonly shutdownGraceMs?: number;
  readonly database?: Partial<AppConfig['database']>;
}

export async function startJobApp(url: string, options: JobAppOptions = {}): Promise<JobApp> {
  const { role = 'all', shutdownGraceMs = 1_000, database = {} } = options;
  const config = testConfig({ role, database: { url, poolSize: 3, ...database }, rendering: { shutdownGraceMs } });
  const app = await Test.createTestingModule({
    imports: [ConfigModule.register(config), TimeModule, SurroundingsModule, DatabaseModule, JobsModule],
  })
    .setLogger({ log: () => undefined, warn: () => undefined, error: () => undefined })
    .compile();
  await app.init();
  return {
    app,
    queue: app.get(JobQueue),
    workers: app.get(JobWorkers),
    database: app.get(Database),
    captured: app.get<RememberingSink>(ERROR_SINK).captured,
    close: async () => {
      await app.close();
    },
  };
}
