import { Logger } from '@nestjs/common';
import pg from 'pg';
import { translateError } from '../errors/index.js';

export interface SessionLockOptions {
  readonly url: string;
  /** Name of the connection; see `applicationName`. */
  readonly applicationName: string;
  /** Key of the advisory lock, a number of the purpose's own. */
  readonly key: number;
  readonly connectTimeoutMs: number;
}

/** A holder that has said nothing for so long (ms) loses its session: it hangs, or nobody hears it any more. */
const SILENCE_MS = 30_000;
const STATEMENT_TIMEOUT_MS = 5_000;

/** Without opening a session: whether one of this database has the lock (key below 2³², hence `objsubid` 1 and `classid` 0). */
const IS_TAKEN = `
  SELECT EXISTS (
    SELECT 1 FROM pg_locks
    WHERE locktype = 'advisory' AND classid = 0 AND objid = $1 AND objsubid = 1 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  ) AS taken`;

/**
 * Makes one process of all the one that does something, for as long as its own connection lives: a PostgreSQL advisory lock of a
 * session. Ask again before each piece of work, at least every ten seconds; that is also the sign of life. A process that dies loses
 * the lock with its connection, one that hangs after half a minute.
 */
export class SessionLock {
  private readonly logger = new Logger(SessionLock.name);
  private session: pg.Client | null = null;

  /** @param ask - runs a query on a connection that is there anyway. */
  constructor(
    private readonly options: SessionLockOptions,
    private readonly ask: (sql: string, values: readonly unknown[]) => Promise<readonly { readonly taken: boolean }[]>,
  ) {}

  /** Whether this process has the lock now; takes it when it is free. Rejects with ApiError `DATABASE_*`. */
  async hold(): Promise<boolean> {
    try {
      if (this.session !== null && (await this.isAlive(this.session))) return true;
      const [answer] = await this.ask(IS_TAKEN, [this.options.key]);
      return answer?.taken !== true && (await this.take());
    } catch (error) {
      throw translateError(error);
    }
  }

  /** Gives the lock to whoever asks next. Never rejects. */
  async release(): Promise<void> {
    const { session } = this;
    this.session = null;
    if (session !== null) await this.end(session);
  }

  private async isAlive(session: pg.Client): Promise<boolean> {
    try {
      await session.query('SELECT 1');
      return this.session === session;
    } catch (err) {
      this.logger.warn({ msg: 'The session of a lock was lost', err });
      await this.release();
      return false;
    }
  }

  private async take(): Promise<boolean> {
    const { url, applicationName, key, connectTimeoutMs } = this.options;
    const session = new pg.Client({
      connectionString: url,
      application_name: applicationName,
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: STATEMENT_TIMEOUT_MS,
      keepAlive: true,
    });
    session.on('error', () => {
      // The lock went with it; the next question finds out.
      if (this.session === session) this.session = null;
    });
    try {
      await session.connect();
      await session.query(`SET idle_session_timeout = ${SILENCE_MS}`);
      const { rows } = await session.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [key]);
      if (rows[0]?.held === true) this.session = session;
    } finally {
      if (this.session !== session) await this.end(session);
    }
    return this.session === session;
  }

  private async end(session: pg.Client): Promise<void> {
    try {
      await session.end();
    } catch (err) {
      this.logger.debug({ msg: 'The session of a lock ended by itself', err });
    }
  }
}
