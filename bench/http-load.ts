import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What came back while the load lasted. */
export interface LoadResult {
  readonly perSecond: number;
  /** Answers by status. */
  readonly statuses: ReadonlyMap<number, number>;
}

export interface LoadOptions {
  readonly connections: number;
  readonly durationMs: number;
  /** Header lines for every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Asks for `paths` in turn, on each connection as soon as the answer before is there. A client of a few lines, so that the sender's
 * own work, which takes the processor from who is measured, is small. It understands answers that have a Content-Length, no others.
 */
export async function load(origin: string, paths: readonly string[], options: LoadOptions): Promise<LoadResult> {
  const requests = paths.map((path) => requestOf(origin, path, options.headers ?? {}));
  const statuses = new Map<number, number>();
  const startedMs = performance.now();
  const callers = Array.from({ length: options.connections }, (_, index) => {
    return new Caller(origin, requests, index, startedMs + options.durationMs, statuses).done;
  });
  await Promise.all(callers);
  const answers = [...statuses.values()].reduce((sum, count) => sum + count, 0);
  return { perSecond: answers / ((performance.now() - startedMs) / 1_000), statuses };
}

function requestOf(origin: string, path: string, headers: Readonly<Record<string, string>>): Buffer {
  const lines = Object.entries({ host: new URL(origin).host, ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
}

class Caller {
  readonly done: Promise<unknown>;
  private readonly socket: Socket;
  private readonly requests: readonly Buffer[];
  private readonly untilMs: number;
  private readonly statuses: Map<number, number>;
  private next: number;
  private received = '';

  constructor(
    origin: string,
    requests: readonly Buffer[],
    first: number,
    untilMs: number,
    statuses: Map<number, number>,
  ) {
    this.requests = requests;
    this.next = first;
    this.untilMs = untilMs;
    this.statuses = statuses;
    const { hostname, port } = new URL(origin);
    this.socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.done = once(this.socket, 'close');
    // One byte is one character: lengths are in bytes.
    this.socket.setEncoding('latin1');
    this.socket.once('connect', () => this.ask()).on('data', (text: string) => this.read(text));
  }

  private ask(): void {
    this.socket.write(this.requests[this.next % this.requests.length] ?? '');
    this.next += 1;
  }

  private read(text: string): void {
    this.received += text;
    const head = this.received.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = /\r\ncontent-length: *(\d+)/i.exec(this.received.slice(0, head + 2))?.[1];
    if (length === undefined) {
      this.socket.destroy(new Error('An answer without Content-Length'));
      return;
    }
    if (this.received.length < head + 4 + Number(length)) return;
    const status = Number(this.received.slice(9, 12));
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    this.received = '';
    if (performance.now() < this.untilMs) this.ask();
    else this.socket.end();
  }
}
