import { PassThrough } from 'node:stream';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { CLOCK, type Clock } from '../../platform/time/index.js';
import { wireFiring } from '../alerts/dto/wire-alert.js';
import { wireError } from '../api/wire-errors.js';
import { wireCircuitEvent } from '../fleet/dto/circuit-breakers.response.js';
import { type News, NewsReader } from './news-reader.js';
import { NewsTail } from './news-tail.js';

/** Less than the time after which common proxies close a silent connection. */
const HEARTBEAT_INTERVAL_MS = 15_000;
/** What the client waits before it connects again. */
const RECONNECT_MS = 2_000;
/** Who watches is asked anew who they are after this time. */
const LIFETIME_MS = 10 * 60_000;
/** The most that is made up for after an interruption; the lists have the rest. */
const RESUME_MS = 5 * 60_000;
/** A client that lets this much wait is disconnected, and makes up for it when it comes again. */
const MAX_WAITING_BYTES = 1_048_576;

/**
 * Server-sent events (WHATWG HTML, "Server-sent events") about the whole fleet: errors, changes of circuits, alerts. The id of an
 * event is when it happened, in milliseconds since 1970.
 */
@Injectable()
export class NewsStreams implements OnModuleDestroy {
  private readonly open = new Set<() => void>();
  private closing = false;

  constructor(
    private readonly tail: NewsTail,
    private readonly reader: NewsReader,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Streams that are open in this process. */
  get openCount(): number {
    return this.open.size;
  }

  /**
   * @param lastEventId of the last event the client has seen, from its `Last-Event-ID`
   * @throws what reading the missed events fails with
   */
  async stream(lastEventId: string | undefined): Promise<PassThrough> {
    // Watched first: what happens while the missed events are read is told too, and what is in both is dropped.
    const early: News[] = [];
    let listener = (news: readonly News[]): void => void early.push(...news);
    const unwatch = this.tail.watch((news) => {
      listener(news);
    });
    try {
      const missed = await this.missed(lastEventId);
      const output = this.openStream(unwatch);
      const keys = new Set(missed.map(({ key }) => key));
      listener = (news) => {
        write(output, news);
      };
      write(output, [...missed, ...early.filter(({ key }) => !keys.has(key))]);
      return output;
    } catch (error) {
      unwatch();
      throw error;
    }
  }

  /** A stream never ends by itself for minutes, and would hold up the shutdown; clients come back elsewhere. */
  onModuleDestroy(): void {
    this.closing = true;
    for (const stop of this.open) stop();
  }

  private async missed(lastEventId: string | undefined): Promise<readonly News[]> {
    if (lastEventId === undefined || !/^\d{1,15}$/.test(lastEventId)) return [];
    const seen = new Date(Math.max(Number(lastEventId), this.clock.now().getTime() - RESUME_MS));
    return (await this.reader.since(seen)).filter(({ at }) => at > seen);
  }

  private openStream(unwatch: () => void): PassThrough {
    const output = new PassThrough();
    const heartbeat = setInterval(() => {
      if (!output.writableNeedDrain && output.writable) output.write(': heartbeat\n\n');
    }, HEARTBEAT_INTERVAL_MS);
    const stop = (): void => {
      unwatch();
      clearInterval(heartbeat);
      clearTimeout(end);
      this.open.delete(stop);
      output.end();
    };
    const end = setTimeout(stop, LIFETIME_MS);
    heartbeat.unref();
    end.unref();
    this.open.add(stop);
    // The client went away, or the response is over.
    output.once('close', stop);
    output.on('error', stop);
    output.write(`retry: ${RECONNECT_MS}\n\n`);
    // The shutdown may have begun while the missed events were read.
    if (this.closing) stop();
    return output;
  }
}

function write(output: PassThrough, news: readonly News[]): void {
  for (const piece of news) {
    if (!output.writable) return;
    const { event, data } = wireNews(piece);
    output.write(`event: ${event}\nid: ${piece.at.getTime()}\ndata: ${JSON.stringify(data)}\n\n`);
    if (output.writableLength > MAX_WAITING_BYTES) output.destroy();
  }
}

function wireNews(news: News): { readonly event: string; readonly data: unknown } {
  switch (news.type) {
    case 'error':
      return { event: 'error_captured', data: wireError(news.error) };
    case 'circuit':
      return { event: 'circuit_changed', data: wireCircuitEvent(news.change) };
    case 'alert':
      return { event: 'alert_changed', data: wireFiring(news.entry) };
  }
}
