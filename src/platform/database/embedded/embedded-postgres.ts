import { spawn } from 'node:child_process';
import { type FileHandle, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@nestjs/common';
import type { DatabaseServer } from '../database-server.js';
import { CLUSTER_DATABASE, CLUSTER_USER, ensureCluster } from './cluster.js';
import { countForeignClients } from './foreign-clients.js';
import { type Placement, place } from './placement.js';
import { findPostmaster, isAlive, lockFile } from './postmaster.js';
import { SERVER_SETTINGS } from './server-settings.js';

export interface EmbeddedOptions {
  /** Absolute path of the data directory. */
  readonly dataDir: string;
  readonly password: string;
  /** Part of the application name of all our connections, by which others' are told apart. */
  readonly processKey: string;
  readonly logger: Pick<Logger, 'log' | 'warn'>;
  /** Settings for tests (`-c name=value`), over the product's own. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Called when a program (`initdb`, the server) has been started and there is nothing to do but to wait for it. */
  readonly onSpawn?: () => void;
}

interface RunningServer {
  readonly pid: number;
  readonly port: number;
}

/** How long a server may take to start, recovery after a crash included. */
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 10_000;
const POLL_MS = 20;
const RETRY_MS = 200;
const WATCH_MS = 1_000;
const MAX_LOG_BYTES = 10 * 1_048_576;

/**
 * A PostgreSQL of our own on loopback. It is no part of our process: it outlives a `kill -9` of ours and is found again by
 * the next process, several processes of one state directory share it, the last to leave stops it, and when it dies whoever
 * still needs it starts it again on the same port.
 */
export class EmbeddedPostgres implements DatabaseServer {
  private watch: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private closing = false;

  private readonly options: EmbeddedOptions;
  private readonly placement: Placement;
  private readonly port: number;
  private pid: number;

  private constructor(options: EmbeddedOptions, placement: Placement, server: RunningServer) {
    this.options = options;
    this.placement = placement;
    this.port = server.port;
    this.pid = server.pid;
  }

  /** Finds the server of the data directory or starts one, making the data directory if there is none. */
  static async start(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
    const placement = await place(options.dataDir, options.logger);
    await ensureCluster(placement, options.password, options.onSpawn);
    const server = new EmbeddedPostgres(options, placement, await ensureRunning(placement, options, null));
    server.keepAlive();
    return server;
  }

  get url(): string {
    return `postgresql://${CLUSTER_USER}:${encodeURIComponent(this.options.password)}@127.0.0.1:${this.port}/${CLUSTER_DATABASE}`;
  }

  /** Process id of the server, e.g. for a test that kills it. */
  get serverPid(): number {
    return this.pid;
  }

  async close(): Promise<void> {
    if (this.closing) return;
    this.closing = true;
    clearTimeout(this.watch);
    await this.looking;
    if (!isAlive(this.pid)) return;
    if ((await countForeignClients(this.url, this.options.processKey)) > 0) {
      this.options.logger.log({ msg: 'The embedded PostgreSQL goes on for another process that uses it' });
      return;
    }
    // SIGINT is PostgreSQL's fast shutdown: clients are disconnected, data are written.
    if (isAlive(this.pid)) process.kill(this.pid, 'SIGINT');
    for (const deadline = performance.now() + STOP_LIMIT_MS; isAlive(this.pid); await delay(POLL_MS)) {
      if (performance.now() < deadline) continue;
      this.options.logger.warn({ msg: 'The embedded PostgreSQL takes long to stop and is left to it', pid: this.pid });
      return;
    }
  }

  private keepAlive(): void {
    this.watch = setTimeout(() => {
      this.looking = this.look();
    }, WATCH_MS);
    this.watch.unref();
  }

  private async look(): Promise<void> {
    try {
      if (!isAlive(this.pid)) {
        this.options.logger.warn({ msg: 'The embedded PostgreSQL is gone; starting it again', pid: this.pid });
        const { pid } = await ensureRunning(this.placement, this.options, this.port);
        this.pid = pid;
      }
    } catch (error) {
      this.options.logger.warn({ msg: 'The embedded PostgreSQL could not be started again', err: error });
    }
    if (!this.closing) this.keepAlive();
  }
}

/**
 * Resolves with a server that takes connections: the one that is there, or one we start. Whatever keeps a start from
 * succeeding in between (another process starting too, orphans of a killed server, the port taken) is tried again.
 */
async function ensureRunning(
  placement: Placement,
  options: EmbeddedOptions,
  fixedPort: number | null,
): Promise<RunningServer> {
  const { dataDir } = placement;
  const deadline = performance.now() + START_LIMIT_MS;
  let launched: { readonly exited: Promise<void> } | null = null;
  while (performance.now() < deadline) {
    const found = await findPostmaster(dataDir);
    if (found.state === 'ready') return found;
    if (found.state === 'stale') await rm(lockFile(dataDir), { force: true });
    if (found.state === 'absent' || found.state === 'stale') {
      if (launched === null) {
        launched = await launch(placement, options, fixedPort ?? (await freePort()));
      } else if (await Promise.race([launched.exited.then(() => true), delay(POLL_MS, false)])) {
        launched = null;
        await delay(RETRY_MS);
      }
    } else {
      await delay(POLL_MS);
    }
  }
  throw new Error(`The embedded PostgreSQL on ${dataDir} did not start: ${await tail(placement.logFile)}`);
}

/** Starts the server in a session of its own, so that neither Ctrl-C nor our end reaches it. */
async function launch(
  placement: Placement,
  options: EmbeddedOptions,
  port: number,
): Promise<{ exited: Promise<void> }> {
  const settings = { ...SERVER_SETTINGS, ...options.settings };
  const log = await openLog(placement.logFile);
  try {
    const child = spawn(
      placement.binaries.postgres,
      [
        '-D',
        placement.dataDir,
        '-p',
        String(port),
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      {
        ...placement.user.credentials,
        cwd: '/',
        detached: true,
        env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
        stdio: ['ignore', log.fd, log.fd],
      },
    );
    child.unref();
    options.onSpawn?.();
    const { promise: exited, resolve } = Promise.withResolvers<void>();
    child.once('exit', () => {
      resolve();
    });
    child.once('error', () => {
      resolve();
    });
    return { exited };
  } finally {
    await log.close();
  }
}

async function openLog(path: string): Promise<FileHandle> {
  const size = (await stat(path).catch(() => null))?.size ?? 0;
  if (size > MAX_LOG_BYTES) await rename(path, `${path}.1`);
  return await open(path, 'a', 0o600);
}

/** The end of the server's log, for an error message on the operator's terminal. */
async function tail(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '(no log)');
  return text.slice(-2_000).trim();
}

async function freePort(): Promise<number> {
  const server = createServer();
  return await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0, exclusive: true }, () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error('No free TCP port on 127.0.0.1'));
      });
    });
  });
}
