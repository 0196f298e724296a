import pg from 'pg';
import { DatabaseError } from '../errors/index.js';

type ConnectCallback = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (release?: boolean | Error) => void,
) => void;

/**
 * The pool of node-postgres, with time-outs that say what they are: it reports a pool that stayed full and a server that
 * did not answer with plain errors of the same text, so the difference is made here, where the pool can be asked.
 */
export class BoundedPool extends pg.Pool {
  constructor(config: pg.PoolConfig) {
    super(config);
    this.on('connect', (client) => {
      // A server that is killed makes a client emit two errors: its last message, then the end of the socket. TypeORM hears
      // the first and takes its listener off; the second would end the process. The statement in flight rejects anyway.
      client.on('error', () => undefined);
    });
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<pg.PoolClient> | void {
    const askedAtMs = performance.now();
    const wasFull = this.totalCount >= this.options.max && this.idleCount === 0;
    if (callback === undefined) {
      return super.connect().catch((error: unknown) => {
        throw this.named(error, wasFull, askedAtMs);
      });
    }
    super.connect((error, client, done) => {
      callback(error === undefined || error === null ? error : this.named(error, wasFull, askedAtMs), client, done);
    });
  }

  private named<T>(error: T, wasFull: boolean, askedAtMs: number): T | DatabaseError {
    const limitMs = this.options.connectionTimeoutMillis ?? Infinity;
    const hasCode = typeof error === 'object' && error !== null && 'code' in error;
    // Ten milliseconds: timers may fire early by their granularity.
    if (hasCode || performance.now() - askedAtMs < limitMs - 10) return error;
    return new DatabaseError(wasFull ? 'DATABASE_TIMEOUT' : 'DATABASE_CONNECTION_ERROR', { cause: error });
  }
}
