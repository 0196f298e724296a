import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

const READY_TIMEOUT_MS = 120_000;
const KEPT_CHARACTERS = 200_000;
/** What of it a message shows. */
const SHOWN_CHARACTERS = 10_000;

/** A program of ours running as its own process, whose output is kept for the message of a failing test. */
export class ManagedProcess {
  private output = '';
  private readonly listeners = new Set<(line: string) => void>();
  private readonly exited: Promise<unknown>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly name: string,
  ) {
    this.exited = once(child, 'exit');
    for (const stream of [child.stdout, child.stderr]) {
      let unfinished = '';
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
        if (this.output.length > 2 * KEPT_CHARACTERS) this.output = this.output.slice(-KEPT_CHARACTERS);
        const lines = (unfinished + text).split('\n');
        unfinished = lines.pop() ?? '';
        for (const listener of this.listeners) lines.forEach(listener);
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

  /** Null while it runs, and when a signal ended it. */
  get exitCode(): number | null {
    return this.child.exitCode;
  }

  /** Everything it printed (the last 200 kB at least). */
  get printed(): string {
    return this.output;
  }

  /** Calls `listener` with each line that it prints from now on. */
  onLine(listener: (line: string) => void): void {
    this.listeners.add(listener);
  }

  /** Does `work` while the process stands still (SIGSTOP), as when its machine has no time for it. */
  async whileSuspended<T>(work: () => Promise<T>): Promise<T> {
    this.child.kill('SIGSTOP');
    try {
      return await work();
    } finally {
      this.child.kill('SIGCONT');
    }
  }

  /** Waits until `url` answers 200. */
  async ready(url: string): Promise<void> {
    const ready = eventually(
      async () => {
        if (!this.running) throw new Error(`${this.name} ended before it was ready`);
        return await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
          (response) => response.ok,
          () => false,
        );
      },
      { what: `${this.name} to be ready`, timeoutMs: READY_TIMEOUT_MS },
    );
    await ready.catch((cause: unknown) => {
      throw new Error(`${String(cause)}; it printed:\n${this.output.slice(-SHOWN_CHARACTERS)}`, { cause });
    });
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
