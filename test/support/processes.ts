import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

const READY_TIMEOUT_MS = 60_000;

/** A program of ours running as its own process, whose output is kept for the message of a failing test. */
export class ManagedProcess {
  private output = '';
  private readonly exited: Promise<unknown>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly name: string,
  ) {
    this.exited = once(child, 'exit');
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output = (this.output + text).slice(-200_000);
      });
    }
  }

  /** Starts `node <args>` with exactly `env` besides PATH and HOME. */
  static start(name: string, args: readonly string[], env: Readonly<Record<string, string>>): ManagedProcess {
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, [...args], {
      env: { PATH, HOME, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new ManagedProcess(child, name);
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error(`${this.name} was not started`);
    return this.child.pid;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Everything it printed (the last 200 kB). */
  get printed(): string {
    return this.output;
  }

  /** Waits until `url` answers 200. */
  async ready(url: string): Promise<void> {
    await eventually(
      async () => {
        if (!this.running) throw new Error(`${this.name} ended before it was ready:\n${this.output}`);
        return await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
          (response) => response.ok,
          () => false,
        );
      },
      { what: `${this.name} to be ready`, timeoutMs: READY_TIMEOUT_MS },
    );
  }

  /** Sends `signal` and waits for the end of the process. */
  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (!this.running) return;
    this.child.kill(signal);
    await this.exited;
  }
}

/** Polls `condition` until it is true. An error it throws ends the waiting. */
export async function eventually(
  condition: () => Promise<boolean>,
  { what, timeoutMs = 30_000 }: { readonly what: string; readonly timeoutMs?: number },
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** A port nobody listens on right now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port');
  return address.port;
}
