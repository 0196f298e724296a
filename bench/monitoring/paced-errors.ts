import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** One answered request. */
export interface Answered {
  /** When it was sent, by `performance.now()`. */
  readonly sentMs: number;
  readonly durationMs: number;
}

interface Path {
  readonly path: string;
  readonly status: number;
}

/**
 * Errors at a steady rate over a number of connections, whoever answers: each caller waits for its turn, sends, and sends again what was
 * not answered, because the process was between two lives.
 */
export class PacedErrors {
  readonly answered: Answered[] = [];
  /** Requests that ended without an answer after their connection was made: nobody knows whether they were counted. */
  inDoubt = 0;
  private origin: string;
  private readonly paths: readonly Path[];
  private readonly agent: Agent;
  private readonly connections: number;

  constructor(origin: string, paths: readonly Path[], connections: number) {
    this.origin = origin;
    this.paths = paths;
    this.connections = connections;
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** From now on the errors are sent to another process. */
  sendTo(origin: string): void {
    this.origin = origin;
  }

  /** Sends until `count` more are answered, at `perSecond` at the most. */
  async send(count: number, perSecond: number): Promise<void> {
    const startedMs = performance.now();
    let taken = 0;
    const caller = async (): Promise<void> => {
      for (;;) {
        const index = taken;
        taken += 1;
        if (index >= count) return;
        const waitMs = startedMs + (index / perSecond) * 1_000 - performance.now();
        if (waitMs > 1) await delay(waitMs);
        while (!(await this.one(index))) await delay(20);
      }
    };
    await Promise.all(Array.from({ length: this.connections }, caller));
  }

  close(): void {
    this.agent.destroy();
  }

  private async one(index: number): Promise<boolean> {
    const { path, status } = this.paths[index % this.paths.length] ?? { path: '/', status: 404 };
    const sentMs = performance.now();
    const answer = await this.ask(path);
    if (answer === null) return false;
    if (answer !== status) throw new Error(`${path} answered ${answer}`);
    this.answered.push({ sentMs, durationMs: performance.now() - sentMs });
    return true;
  }

  /** @returns the status; null when nobody answered. */
  private async ask(path: string): Promise<number | null> {
    return await new Promise((resolve) => {
      const asked = request(`${this.origin}${path}`, { agent: this.agent }, (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0));
        response.once('error', () => resolve(null));
      });
      asked.once('error', (error: NodeJS.ErrnoException) => {
        // A connection that was kept open may be closed just when it is used again: nothing has been read then either.
        if (error.code !== 'ECONNREFUSED' && !asked.reusedSocket) this.inDoubt += 1;
        resolve(null);
      });
      asked.end();
    });
  }
}
