import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { OutageLog } from '../logging/index.js';
import { applicationName } from './application-name.js';
import { DATABASE_URL } from './database-url.js';

const FIRST_PAUSE_MS = 200;
const MAX_PAUSE_MS = 5_000;

/** A connection that does not answer within this time (ms) is taken for dead. */
const ANSWER_LIMIT_MS = 2_000;

/** A client with its socket, which can be closed also when nobody answers at the other end. */
interface Connection {
  readonly client: pg.Client;
  readonly socket: Socket;
}

/**
 * Hears what others NOTIFY, on the one connection of this process that listens; it is made with the first listener, and anew
 * whenever it is lost. A notification is a hint and may get lost: who needs it all looks for themselves from time to time.
 */
@Injectable()
export class NotificationListener implements OnApplicationShutdown {
  private readonly outages = new OutageLog(
    new Logger(NotificationListener.name),
    'The connection that listens for notifications is away',
  );
  private readonly channels = new Map<string, Set<() => void>>();
  private readonly closing = new AbortController();
  private connection: Connection | null = null;
  private running: Promise<void> | null = null;
  /** Questions take turns on the connection. */
  private lastAnswer: Promise<unknown> = Promise.resolve();

  constructor(
    @Inject(DATABASE_URL) private readonly url: string,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /**
   * Calls `hear` for each notification on `channel`, and whenever the connection has come about, because what was sent before
   * is lost. It must be quick and not throw.
   * @returns ends the listening
   */
  listen(channel: string, hear: () => void): () => void {
    const listeners = this.channels.get(channel) ?? new Set<() => void>();
    const isNew = !this.channels.has(channel);
    this.channels.set(channel, listeners.add(hear));
    if (isNew) void this.query(listenTo(channel), []);
    this.running ??= this.stayConnected();
    return () => {
      listeners.delete(hear);
    };
  }

  /**
   * Asks something small over this connection, which is free also when requests have used up the pool. One that does not answer
   * within two seconds is given up.
   * @returns null when there is no connection, or no answer: ask through the pool then
   */
  async query<Row>(text: string, values: readonly unknown[]): Promise<readonly Row[] | null> {
    const connection = this.connection;
    if (connection === null) return null;
    const answer = this.lastAnswer.then(async () => await this.ask<Row>(connection, text, values));
    this.lastAnswer = answer;
    return await answer;
  }

  async onApplicationShutdown(): Promise<void> {
    this.closing.abort();
    await this.running;
  }

  private async stayConnected(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!this.closing.signal.aborted) {
      try {
        await this.hearUntilLost(() => {
          pauseMs = FIRST_PAUSE_MS;
        });
      } catch (error) {
        this.outages.report(error);
      }
      await this.pause(pauseMs);
      pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
    }
  }

  /** @throws what the connection could not be made for, or was lost for */
  private async hearUntilLost(onConnected: () => void): Promise<void> {
    const connection = this.makeConnection();
    const { client, socket } = connection;
    let reason: unknown = new Error('The connection was closed');
    // The end follows the error; without a listener the error would end the process.
    client.on('error', (error) => {
      reason = error;
    });
    const ended = new Promise<void>((resolve) => {
      client.once('end', resolve);
    });
    // Said goodbye before it is up, node-postgres would never settle the promise of its connecting.
    const stop = (): void => (this.connection === connection ? close(connection) : void socket.destroy());
    this.closing.signal.addEventListener('abort', stop, { once: true });
    try {
      await client.connect();
      for (const channel of this.channels.keys()) await client.query(listenTo(channel));
      this.connection = connection;
      onConnected();
      for (const channel of this.channels.keys()) this.tell(channel);
      await ended;
    } catch (error) {
      reason = error;
    } finally {
      this.connection = null;
      this.closing.signal.removeEventListener('abort', stop);
      socket.destroy();
    }
    if (!this.closing.signal.aborted) throw reason;
  }

  private makeConnection(): Connection {
    const socket = new Socket();
    const client = new pg.Client({
      connectionString: this.url,
      application_name: applicationName(this.config, 'notifications'),
      connectionTimeoutMillis: this.config.database.connectTimeoutMs,
      query_timeout: ANSWER_LIMIT_MS,
      statement_timeout: ANSWER_LIMIT_MS,
      keepAlive: true,
      stream: () => socket,
    });
    client.on('notification', ({ channel }) => this.tell(channel));
    return { client, socket };
  }

  /** Never rejects. */
  private async ask<Row>(
    connection: Connection,
    text: string,
    values: readonly unknown[],
  ): Promise<readonly Row[] | null> {
    // It may have been given up while this question waited for its turn.
    if (connection !== this.connection) return null;
    try {
      const { rows } = await connection.client.query(text, [...values]);
      return rows as readonly Row[];
    } catch (error) {
      this.outages.report(error);
      if (connection === this.connection) this.connection = null;
      connection.socket.destroy();
      return null;
    }
  }

  private tell(channel: string): void {
    for (const hear of this.channels.get(channel) ?? []) hear();
  }

  /** Between half of `pauseMs` and all of it, so that a fleet that lost its database together does not come back in step. */
  private async pause(pauseMs: number): Promise<void> {
    const jittered = pauseMs * (0.5 + Math.random() / 2);
    // Only the shutdown ends it early.
    await delay(jittered, undefined, { signal: this.closing.signal, ref: false }).catch(() => undefined);
  }
}

function listenTo(channel: string): string {
  return `LISTEN ${pg.escapeIdentifier(channel)}`;
}

/** Says goodbye, and closes the socket once that is sent: who does not answer is not waited for. */
function close({ client, socket }: Connection): void {
  // Its end is heard as an event.
  void client.end().catch(() => undefined);
  socket.destroySoon();
}
