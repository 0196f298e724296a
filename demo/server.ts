import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const START_TIMEOUT_MS = 120_000;

export interface RunningServer {
  readonly origin: string;
  /** Where the sandbox shows the mails it "sent". */
  readonly sandboxOrigin: string;
  /** Stops the server if this program started it. */
  stop(): Promise<void>;
}

/** A server that is this program's own, to do with as it likes. */
export interface OwnServer extends RunningServer {
  readonly pid: number;
  /** Ends it without warning, as `kill -9` does. */
  kill(): Promise<void>;
}

/** Uses the product that already runs on this state directory, or starts one for the length of the demo. */
export async function findOrStartServer(stateDir: string): Promise<RunningServer> {
  const running = await findServer(stateDir);
  return running === null ? await startServer(stateDir) : { ...running, stop: async () => {} };
}

/** @param env - variables beside those of this process */
export async function startServer(stateDir: string, env: Readonly<Record<string, string>> = {}): Promise<OwnServer> {
  if (!existsSync('dist/src/main.js')) throw new Error('The product is not built yet: run `npm run build` first.');
  const child = spawn(process.execPath, ['dist/src/main.js'], {
    env: { ...process.env, ...env, STATE_DIR: stateDir },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = once(child, 'exit');
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    child.kill(signal);
    if (child.exitCode === null && child.signalCode === null) await exited;
  };
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    const started = await findServer(stateDir);
    if (started !== null && child.pid !== undefined) {
      return { ...started, pid: child.pid, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
    }
    await delay(100);
  }
  child.kill('SIGTERM');
  throw new Error('The product did not become ready; its messages are above.');
}

/** The product that runs on this state directory with its sandbox; null when there is none. */
export async function findServer(stateDir: string): Promise<Pick<RunningServer, 'origin' | 'sandboxOrigin'> | null> {
  const portsFile = join(stateDir, 'ports.json');
  if (!existsSync(portsFile)) return null;
  const ports = JSON.parse(readFileSync(portsFile, 'utf8')) as { http: number; sandbox: number };
  const origin = `http://127.0.0.1:${ports.http}`;
  const sandboxOrigin = `http://127.0.0.1:${ports.sandbox}`;
  try {
    const [product, sandbox] = await Promise.all([
      fetch(`${origin}/health/ready`),
      fetch(`${sandboxOrigin}/sandbox/health`),
    ]);
    return product.ok && sandbox.ok ? { origin, sandboxOrigin } : null;
  } catch {
    // Nobody listens there (yet).
    return null;
  }
}
