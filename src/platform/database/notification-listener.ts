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
  private client: pg.Client | null = null;
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
    const client = this.client;
    if (client === null) return null;
    const answer = this.lastAnswer.then(async () => await this.ask<Row>(client, text, values));
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
    const client = new pg.Client({
      connectionString: this.url,
      application_name: applicationName(this.config, 'notifications'),
      connectionTimeoutMillis: this.config.database.connectTimeoutMs,
      query_timeout: ANSWER_LIMIT_MS,
      statement_timeout: ANSWER_LIMIT_MS,
      keepAlive: true,
    });
    let reason: unknown = new Error('The connection was closed');
    // The end follows the error; without a listener the error would end the process.
    client.on('error', (error) => {
      reason = error;
    });
    const ended = new Promise<void>((resolve) => {
      client.once('end', resolve);
    });
    const stop = (): void => void client.end().catch(() => undefined);
    client.on('notification', ({ channel }) => this.tell(channel));
    try {
      await client.connect();
      for (const channel of this.channels.keys()) await client.query(listenTo(channel));
      if (this.closing.signal.aborted) return;
      this.closing.signal.addEventListener('abort', stop, { once: true });
      this.client = client;
      onConnected();
      for (const channel of this.channels.keys()) this.tell(channel);
      await ended;
    } finally {
      this.client = null;
      this.closing.signal.removeEventListener('abort', stop);
      // It may have broken already; nothing is lost with it.
      await client.end().catch(() => undefined);
    }
    if (!this.closing.signal.aborted) throw reason;
  }

  /** Never rejects. */
  private async ask<Row>(client: pg.Client, text: string, values: readonly unknown[]): Promise<readonly Row[] | null> {
    // It may have been given up while this question waited for its turn.
    if (client !== this.client) return null;
    try {
      const { rows } = await client.query(text, [...values]);
      return rows as readonly Row[];
    } catch (error) {
      this.giveUp(client, error);
      return null;
    }
  }

  /** With a question still open, node-postgres closes the socket at once instead of waiting for the server. */
  private giveUp(client: pg.Client, error: unknown): void {
    this.outages.report(error);
    if (this.client === client) this.client = null;
    // Its end, which another part of this class waits for, is all that matters.
    void client.end().catch(() => undefined);
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
