import pg from 'pg';
import { DatabaseError } from '../errors/index.js';

type Release = (release?: boolean | Error) => void;
type ConnectCallback = (error: Error | undefined, client: pg.PoolClient | undefined, done: Release) => void;

export interface BoundedPoolConfig extends pg.PoolConfig {
  /** How long a caller waits for one of the connections there are, in ms; `connectionTimeoutMillis` bounds a new one. */
  readonly poolWaitMillis: number;
}

/** What node-postgres 8 says, without a code, when `query_timeout` is over. */
const UNANSWERED = 'Query read timeout';

/**
 * The pool of node-postgres, with a limit of its own for waiting while it is full, and without connections that no longer
 * answer: it takes a client back whose statement was given up unanswered, although that client waits for the answer before it
 * sends anything else, so that whoever got it next would wait in vain.
 */
export class BoundedPool extends pg.Pool {
  private readonly waitMs: number;

  constructor(config: BoundedPoolConfig) {
    super(config);
    this.waitMs = config.poolWaitMillis;
    this.on('connect', (client) => {
      // A server that is killed makes a client emit two errors: its last message, then the end of the socket. TypeORM hears
      // the first and takes its listener off; the second would end the process. The statement in flight rejects anyway.
      client.on('error', () => undefined);
      if (client instanceof pg.Client) endWhenUnanswered(client);
    });
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<pg.PoolClient> | void {
    if (callback === undefined) {
      return new Promise((resolve, reject) => {
        this.connect((error, client) => {
          if (client === undefined) reject(error ?? new DatabaseError('DATABASE_CONNECTION_ERROR'));
          else resolve(client);
        });
      });
    }
    const makesOne = this.idleCount === 0 && this.totalCount < this.options.max;
    super.connect(makesOne ? callback : this.withinWait(callback));
  }

  private withinWait(callback: ConnectCallback): ConnectCallback {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      callback(new DatabaseError('DATABASE_TIMEOUT'), undefined, () => undefined);
    }, this.waitMs);
    return (error, client, done) => {
      clearTimeout(timer);
      if (!late) callback(error, client, done);
      // Whoever waited has gone; the connection that comes now is the next one's. With an error there is nothing to give back.
      else if (client !== undefined) done();
    };
  }
}

/** Closes the client as soon as one of its statements is given up; a closed client is not taken back into the pool. */
function endWhenUnanswered(client: pg.Client): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  const watched = (...args: unknown[]): unknown => {
    const answer = query(...args);
    // What is called with a callback goes through the pool's own `query`, which drops the client after any error.
    if (answer instanceof Promise) {
      answer.catch((error: unknown) => {
        if (error instanceof Error && error.message === UNANSWERED) void client.end();
      });
    }
    return answer;
  };
  client.query = watched as typeof client.query;
}
