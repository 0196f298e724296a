import { signal } from '@preact/signals';
import type { AlertFiringView, CircuitEventResponse, ErrorListItem } from '../../generated/api.ts';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { readEvents } from '../../shared/api/events.ts';
import { RequestFailed } from '../../shared/api/failure.ts';
import { pause } from '../../shared/api/pause.ts';
import { EVENT_STREAM } from '../../shared/api/transport.ts';

/** Between the end of a stream and the next one. */
const PAUSE_MS = 2_000;
/** The most that waits for a page that is not being drawn; who looks again asks for the rest. */
const MOST_WAITING = 500;

/** What the stream tells. */
export type News =
  | { readonly event: 'error_captured'; readonly data: ErrorListItem }
  | { readonly event: 'circuit_changed'; readonly data: CircuitEventResponse }
  | { readonly event: 'alert_changed'; readonly data: AlertFiringView };

const EVENTS = ['error_captured', 'circuit_changed', 'alert_changed'] as const satisfies readonly News['event'][];

type Listener = (news: readonly News[]) => void;

/**
 * What happens on all instances, as it happens. What comes in is handed on once a frame, however much it is, so that a storm costs
 * no more than a drizzle.
 */
class NewsFeed {
  /** Whether news come by themselves; while they do not, things have to be asked for. */
  readonly connected = signal(false);
  private readonly listeners = new Set<Listener>();
  private waiting: News[] = [];

  /** @returns ends the listening */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Follows the stream until the signal says stop. One that ends or breaks is opened again, from where it ended. */
  async follow(until: AbortSignal): Promise<void> {
    let lastId: string | null = null;
    const open = async (stop: AbortSignal): Promise<unknown> => {
      const headers = { accept: EVENT_STREAM, ...(lastId === null ? {} : { 'last-event-id': lastId }) };
      const options = { signal: stop, headers, parseAs: 'stream' } as const;
      const stream: unknown = await answerOf(api.GET('/admin/api/monitoring/stream', options));
      if (!until.aborted) this.connected.value = true;
      return stream;
    };
    while (!until.aborted) {
      try {
        await readEvents(open, until, ({ id, event, data }) => {
          lastId = id ?? lastId;
          if (EVENTS.some((name) => name === event)) this.take({ event, data: JSON.parse(data) } as News);
        });
      } catch (error) {
        if (!until.aborted && !isBroken(error)) throw error;
      }
      this.connected.value = false;
      if (!until.aborted) await pause(PAUSE_MS, until);
    }
  }

  private take(news: News): void {
    if (this.waiting.push(news) > MOST_WAITING) this.waiting.shift();
    else if (this.waiting.length === 1) requestAnimationFrame(() => this.handOn());
  }

  private handOn(): void {
    const news = this.waiting;
    this.waiting = [];
    for (const listener of this.listeners) listener(news);
  }
}

/** A stream that is refused, breaks or falls silent is no defect of the page. */
function isBroken(error: unknown): boolean {
  return error instanceof RequestFailed || error instanceof TypeError || error instanceof DOMException;
}

/** The one feed of this page. */
export const feed = new NewsFeed();
