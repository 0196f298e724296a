import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** One connection through the proxy. */
interface Link {
  readonly client: Socket;
  readonly server: Socket;
  /** Text of the statements since the transaction was opened. */
  transaction: string;
  /** Its next answer is lost, and the connection with it. */
  answerIsLost: boolean;
}

/** What is to happen to one commit: whose transaction it ends, and whom to tell. */
interface LostCommit {
  readonly containing: string;
  readonly happened: () => void;
}

const START_OF_TRANSACTION = 'START TRANSACTION\0';
const COMMIT = 'COMMIT\0';

/**
 * A TCP proxy in front of a PostgreSQL server, so that the way to it can be slow, silent, cut or closed while the server is
 * well, and so that an answer can be lost after the work was done.
 */
export class DatabaseProxy {
  private readonly links = new Set<Link>();
  private server: Server | null = null;
  private delayMs = 0;
  private stalled = false;
  private lostCommit: LostCommit | null = null;

  private constructor(
    private readonly target: URL,
    private port: number,
  ) {}

  /** @param serverUrl - of a server or of one of its databases; may be absent as yet */
  static async start(serverUrl: string): Promise<DatabaseProxy> {
    const proxy = new DatabaseProxy(new URL(serverUrl), 0);
    await proxy.open();
    return proxy;
  }

  /** The same database by way of the proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${this.port}`;
    return url.href;
  }

  /** Takes connections, on the same port as before. */
  async open(): Promise<void> {
    if (this.server !== null) return;
    this.server = createServer((client) => {
      this.join(client);
    });
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    const address = this.server.address();
    if (typeof address === 'object' && address !== null) this.port = address.port;
  }

  /** Cuts every connection and refuses new ones, as a server that is stopped does. */
  async close(): Promise<void> {
    const { server } = this;
    if (server === null) return;
    this.server = null;
    const closed = once(server, 'close');
    server.close();
    this.cut();
    await closed;
  }

  /** Resets every connection that there is. */
  cut(): void {
    for (const { client, server } of this.links) {
      client.resetAndDestroy();
      server.destroy();
    }
  }

  /** Each answer comes this much later (ms); 0 ends it. */
  delay(delayMs: number): void {
    this.delayMs = delayMs;
  }

  /** Nothing passes any more, in either direction, and nobody is told; new connections are taken and stay silent too. */
  stall(): void {
    this.stalled = true;
    for (const link of this.links) hush(link);
  }

  /** New connections work; those that were silenced stay so, as behind a firewall that has forgotten them. */
  forgetStalled(): void {
    this.stalled = false;
  }

  /** Everything passes again, also what was held back. */
  resume(): void {
    this.stalled = false;
    for (const { client, server } of this.links) {
      client.resume();
      server.resume();
    }
  }

  /**
   * Has the next transaction that contains `text` (SQL) commit, and loses the answer.
   * @returns resolves when that has happened.
   */
  async loseCommit(text: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.lostCommit = { containing: text, happened: resolve };
    await promise;
  }

  private join(client: Socket): void {
    const server = connect(Number(this.target.port), this.target.hostname);
    const link: Link = { client, server, transaction: '', answerIsLost: false };
    this.links.add(link);
    client.on('data', (bytes) => {
      this.listen(link, bytes);
      server.write(bytes);
    });
    server.on('data', (bytes) => {
      this.answer(link, bytes);
    });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      // A broken connection is what is tested; the other side learns of it by the end that follows.
      one.on('error', () => undefined);
      one.on('close', () => {
        this.links.delete(link);
        other.destroy();
      });
    }
    if (this.stalled) hush(link);
  }

  private listen(link: Link, bytes: Buffer): void {
    const { lostCommit } = this;
    if (lostCommit === null) return;
    const text = bytes.toString('latin1');
    link.transaction = text.includes(START_OF_TRANSACTION) ? text : link.transaction + text;
    if (!text.endsWith(COMMIT) || !link.transaction.includes(lostCommit.containing)) return;
    this.lostCommit = null;
    link.answerIsLost = true;
    link.server.once('data', lostCommit.happened);
  }

  private answer({ client, server, answerIsLost }: Link, bytes: Buffer): void {
    if (answerIsLost) {
      client.resetAndDestroy();
      server.destroy();
    } else if (this.delayMs > 0) {
      setTimeout(() => client.write(bytes), this.delayMs);
    } else {
      client.write(bytes);
    }
  }
}

function hush({ client, server }: Link): void {
  client.pause();
  server.pause();
}
