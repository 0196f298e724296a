import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';

const { EmbeddedPostgres } = (await import(
  new URL('../../dist/src/platform/database/embedded/embedded-postgres.js', import.meta.url).href
)) as typeof import('../../src/platform/database/embedded/embedded-postgres.js');

type Embedded = Awaited<ReturnType<typeof EmbeddedPostgres.start>>;

const SILENT = { log: () => undefined, warn: () => undefined };
const PASSWORD = 'bench';
/** Only what makes a million rows arrive sooner. */
const FOR_FILLING = { max_wal_size: '4GB', maintenance_work_mem: '256MB' };

/** The product's PostgreSQL, as a server that can be killed and started again under the same address. */
export class KillablePostgres {
  private readonly stateDir: string;
  private readonly entrance: Server;
  private readonly sockets = new Set<Socket>();
  private server: Embedded;
  private target: URL;

  private constructor(stateDir: string, server: Embedded, entrance: Server) {
    this.stateDir = stateDir;
    this.server = server;
    this.target = new URL(server.url);
    this.entrance = entrance;
    // Every start takes a port of its own.
    entrance.on('connection', (client) => {
      this.pass(client);
    });
  }

  static async start(stateDir: string): Promise<KillablePostgres> {
    // Without delay: acknowledgements that wait for company would be taken for the server's time.
    const entrance = createServer({ noDelay: true });
    entrance.listen(0, '127.0.0.1');
    await once(entrance, 'listening');
    return new KillablePostgres(stateDir, await startServer(stateDir), entrance);
  }

  get url(): string {
    const address = this.entrance.address();
    const url = new URL(this.target);
    url.port = String(typeof address === 'object' && address !== null ? address.port : 0);
    return url.href;
  }

  /** SIGKILL, and nobody starts it again. */
  async kill(): Promise<void> {
    const { serverPid } = this.server;
    // It goes on for the product, which is connected, but is not looked after any more.
    await this.server.close();
    process.kill(serverPid, 'SIGKILL');
  }

  async startAgain(): Promise<void> {
    this.server = await startServer(this.stateDir);
    this.target = new URL(this.server.url);
  }

  /** To be called when nobody is connected any more. */
  async close(): Promise<void> {
    this.entrance.close();
    for (const socket of this.sockets) socket.destroy();
    await this.server.close();
  }

  private pass(client: Socket): void {
    const server = connect({ port: Number(this.target.port), host: '127.0.0.1', noDelay: true });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
    }
  }
}

async function startServer(stateDir: string): Promise<Embedded> {
  const dataDir = join(stateDir, 'bench-postgres');
  return await EmbeddedPostgres.start({
    dataDir,
    password: PASSWORD,
    processKey: 'bench',
    logger: SILENT,
    settings: FOR_FILLING,
  });
}
