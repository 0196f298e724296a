import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** As the `start` script of package.json has it. */
const AS_NPM_START = { NODE_COMPILE_CACHE: 'node_modules/.cache/compile' } as const;

/** The built product as a process on a state directory of its own, to be measured from outside. */
export class MeasuredProduct {
  readonly origin: string;
  readonly sandboxOrigin: string;
  /** From spawn to the first 200 of `/health/ready`, in milliseconds. */
  readonly bootMs: number;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, ports: { readonly http: number; readonly sandbox: number }, bootMs: number) {
    this.child = child;
    this.origin = `http://127.0.0.1:${ports.http}`;
    this.sandboxOrigin = `http://127.0.0.1:${ports.sandbox}`;
    this.bootMs = bootMs;
  }

  static async start(stateDir: string, env: Readonly<Record<string, string>> = {}): Promise<MeasuredProduct> {
    const { PATH = '', HOME = '' } = process.env;
    const port = await freePort();
    const sandboxPort = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    const started = performance.now();
    const child = spawn(process.execPath, ['--max-semi-space-size=2', 'dist/src/main.js'], {
      env: {
        ...AS_NPM_START,
        PATH,
        HOME,
        STATE_DIR: stateDir,
        PORT: String(port),
        SANDBOX_PORT: String(sandboxPort),
        ...env,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let messages = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      messages = (messages + text).slice(-20_000);
    });
    while (!(await answers(`${origin}/health/ready`))) {
      if (child.exitCode !== null) throw new Error(`The product ended at boot:\n${messages}`);
      await delay(10);
    }
    return new MeasuredProduct(child, { http: port, sandbox: sandboxPort }, performance.now() - started);
  }

  /** Resident memory of the process in bytes (Linux, `/proc`). */
  residentBytes(): number {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) * 1_024;
  }

  /** Lets other processes go first on a busy machine. */
  giveWay(): void {
    if (this.child.pid !== undefined) setPriority(this.child.pid, constants.priority.PRIORITY_LOW);
  }

  async stop(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exited;
  }
}

/** A state directory that is removed afterwards. */
export async function withStateDir<T>(work: (stateDir: string) => Promise<T>): Promise<T> {
  const stateDir = mkdtempSync(join(tmpdir(), 'oriel-bench-'));
  try {
    return await work(stateDir);
  } finally {
    rmSync(stateDir, { recursive: true, force: true });
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    // Not listening yet.
    return false;
  }
}

/** A port of the loopback interface that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port');
  return address.port;
}
