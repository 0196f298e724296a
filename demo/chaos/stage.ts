import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findServer, type OwnServer, type RunningServer, startServer } from '../server.ts';

/**
 * Limits and pauses of two seconds instead of ten and sixty, a stall noticed in fifteen instead of thirty, so that nobody waits for what takes long
 * on purpose; and no rate limits, since one person is many customers here.
 */
const BRISK = {
  RESILIENCE_STRIPE_TIMEOUT_MS: '2000',
  RESILIENCE_GCS_TIMEOUT_MS: '2000',
  RESILIENCE_SENDGRID_TIMEOUT_MS: '2000',
  RESILIENCE_STRIPE_RECOVERY_TIMEOUT_MS: '2000',
  RESILIENCE_GCS_RECOVERY_TIMEOUT_MS: '2000',
  RESILIENCE_SENDGRID_RECOVERY_TIMEOUT_MS: '2000',
  RESILIENCE_RENDERING_RECOVERY_TIMEOUT_MS: '2000',
  RENDER_STALL_TIMEOUT_MS: '15000',
  SHUTDOWN_GRACE_MS: '1000',
  STORAGE_MIN_FREE_MB: '64',
  RATE_LIMIT_PER_MINUTE: '100000',
  RATE_LIMIT_PER_HOUR: '100000',
  RATE_LIMIT_AUTH_PER_MINUTE: '100000',
  RATE_LIMIT_CREATE_SESSION_PER_MINUTE: '100000',
  RATE_LIMIT_SUBMIT_PER_MINUTE: '100000',
  LOG_LEVEL: 'CRITICAL',
};

/** The server that faults are let loose on: one that runs already, or one of our own. */
export class Stage {
  /** Where the videos of the customers go. */
  readonly directory: string;
  private readonly own: { server: OwnServer; readonly stateDir: string } | null;
  private readonly found: RunningServer | null;

  private constructor(directory: string, found: RunningServer | null, own: Stage['own']) {
    this.directory = directory;
    this.found = found;
    this.own = own;
  }

  /** Takes the server that runs on `stateDir`, if `useRunning`; else starts one that shares nothing with any other. */
  static async set(stateDir: string, useRunning: boolean): Promise<Stage> {
    const directory = await mkdtemp(join(tmpdir(), 'oriel-chaos-'));
    if (useRunning) {
      const running = await findServer(stateDir);
      if (running === null) throw new Error(`No server with a sandbox runs on ${stateDir}`);
      return new Stage(directory, { ...running, stop: async () => {} }, null);
    }
    // PostgreSQL does not run as root, and its user must get in.
    await chmod(directory, 0o755);
    const own = { server: await startServer(directory, BRISK), stateDir: directory };
    return new Stage(directory, null, own);
  }

  get server(): RunningServer {
    const server = this.own?.server ?? this.found;
    if (server === null) throw new Error('There is no server');
    return server;
  }

  /** The process of our own server; null where the server is somebody else's. */
  get ownPid(): number | null {
    return this.own?.server.pid ?? null;
  }

  /** Ends our own server and starts it again. */
  async restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.own === null) throw new Error('The server is somebody else’s');
    await (signal === 'SIGKILL' ? this.own.server.kill() : this.own.server.stop());
    this.own.server = await startServer(this.own.stateDir, BRISK);
  }

  async close(): Promise<void> {
    await this.own?.server.stop();
    await rm(this.directory, { recursive: true, force: true });
  }
}
