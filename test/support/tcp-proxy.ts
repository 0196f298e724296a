import { connect, createServer, type Server, type Socket } from 'node:net';

/** Stands in front of a server on loopback, so that it can be away without being stopped. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private server: Server | null = null;

  private constructor(
    private readonly target: number,
    private ownPort: number,
  ) {}

  /** @param target - port of the server */
  static async to(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target, 0);
    await proxy.start();
    return proxy;
  }

  get port(): number {
    return this.ownPort;
  }

  /** Lets connections through, on the same port every time. */
  async start(): Promise<void> {
    const server = createServer((socket) => this.join(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.ownPort, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The proxy has no port');
    this.ownPort = address.port;
    this.server = server;
  }

  /** Cuts all connections and refuses new ones. */
  async stop(): Promise<void> {
    const server = this.server;
    this.server = null;
    if (server === null) return;
    const closed = new Promise((resolve) => {
      server.close(resolve);
    });
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private join(socket: Socket): void {
    const upstream = connect(this.target, '127.0.0.1');
    socket.pipe(upstream).pipe(socket);
    for (const [end, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      this.sockets.add(end);
      end.on('error', () => other.destroy());
      end.on('close', () => {
        this.sockets.delete(end);
        other.destroy();
      });
    }
  }
}
