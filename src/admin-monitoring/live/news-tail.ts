import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { OutageLog } from '../../platform/logging/index.js';
import { CLOCK, type Clock } from '../../platform/time/index.js';
import { type News, NewsReader } from './news-reader.js';

/** Between two looks at the tables, while somebody watches. */
const LOOK_INTERVAL_MS = 1_000;

/**
 * How far back each look goes: processes write what they saw once a second or so, each in its own order. What comes later, as after an
 * outage of PostgreSQL, is found in the lists.
 */
const LOOK_BACK_MS = 10_000;

type Listener = (news: readonly News[]) => void;

/** Tells all who watch in this process what is new in the fleet, each piece of news once. It reads nothing while nobody watches. */
@Injectable()
export class NewsTail implements OnModuleDestroy {
  private readonly outages = new OutageLog(new Logger(NewsTail.name), 'News for operators cannot be read');
  private readonly listeners = new Set<Listener>();
  /** When each piece of news that was told had happened, by key. */
  private readonly told = new Map<string, Date>();
  /** Changes whenever somebody begins to watch after nobody did. */
  private round = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly reader: NewsReader,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Calls `listener` with what is new from now on, oldest first, and may begin with what happened just before. It must be quick and
   * not throw.
   * @returns ends the watching
   */
  watch(listener: Listener): () => void {
    if (this.listeners.size === 0) this.begin();
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) clearTimeout(this.timer);
    };
  }

  onModuleDestroy(): void {
    this.listeners.clear();
    clearTimeout(this.timer);
  }

  private begin(): void {
    this.round += 1;
    this.told.clear();
    this.lookLater();
  }

  private lookLater(): void {
    this.timer = setTimeout(() => void this.look(this.round), LOOK_INTERVAL_MS);
    this.timer.unref();
  }

  private async look(round: number): Promise<void> {
    const since = new Date(this.clock.now().getTime() - LOOK_BACK_MS);
    try {
      const news = await this.reader.since(since);
      if (round === this.round) this.tell(news, since);
    } catch (error) {
      this.outages.report(error);
    }
    if (round === this.round && this.listeners.size > 0) this.lookLater();
  }

  private tell(news: readonly News[], since: Date): void {
    for (const [key, at] of this.told) if (at < since) this.told.delete(key);
    const fresh = news.filter(({ key }) => !this.told.has(key));
    for (const { key, at } of fresh) this.told.set(key, at);
    if (fresh.length === 0) return;
    for (const listener of this.listeners) listener(fresh);
  }
}
