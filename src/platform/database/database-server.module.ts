import { type DynamicModule, Global, Logger, type LoggerService, Module } from '@nestjs/common';
import { Logger as StructuredLog } from 'nestjs-pino';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { applicationName } from './application-name.js';
import { waitForDatabase } from './boot-wait.js';
import type { DatabaseServer } from './database-server.js';
import { DATABASE_URL } from './database-url.js';
import { migrate } from './migrations.js';
import { ServerStart } from './server-start.js';

/** Injection token of the {@link DatabaseServer}. */
export const DATABASE_SERVER = Symbol('DatabaseServer');

const CONTEXT = 'Database';

/**
 * Nest keeps back what is logged through its own `Logger` until the application stands. A boot that waits for its database must
 * say so while it waits, so these lines go straight to the log where there is one.
 */
type BootLog = Pick<Logger, 'log' | 'warn'>;

function bootLog(log: LoggerService | undefined): BootLog {
  if (log === undefined) return new Logger(CONTEXT);
  return {
    log: (line: unknown) => {
      log.log(line, CONTEXT);
    },
    warn: (line: unknown) => {
      log.warn(line, CONTEXT);
    },
  };
}

/** Starts (or finds) the server, waits until it answers, and migrates: whoever injects the URL finds a usable schema. */
async function openServer(config: AppConfig, begun?: ServerStart, log?: StructuredLog): Promise<DatabaseServer> {
  const logger = bootLog(log);
  const server = await (begun ?? new ServerStart(config)).take(logger);
  const name = applicationName(config, 'boot');
  const { bootWaitMs: waitMs, connectTimeoutMs } = config.database;
  await waitForDatabase({ url: server.url, applicationName: name, waitMs, connectTimeoutMs }, logger);
  await migrate(server.url, name, logger);
  return server;
}

/** Provides the URL of a database that is up and migrated. Whoever imports it stops the server. */
@Global()
@Module({
  providers: [
    {
      provide: DATABASE_SERVER,
      inject: [APP_CONFIG, { token: ServerStart, optional: true }, { token: StructuredLog, optional: true }],
      useFactory: openServer,
    },
    { provide: DATABASE_URL, inject: [DATABASE_SERVER], useFactory: (server: DatabaseServer) => server.url },
  ],
  exports: [DATABASE_SERVER, DATABASE_URL],
})
export class DatabaseServerModule {}

/** Brings a server that was begun before there was an application; without it the application begins one itself. */
@Global()
@Module({})
export class BegunServerModule {
  static register(start: ServerStart): DynamicModule {
    return {
      module: BegunServerModule,
      providers: [{ provide: ServerStart, useValue: start }],
      exports: [ServerStart],
    };
  }
}
