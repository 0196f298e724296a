import type { ErrorListItem } from '../../generated/api.ts';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { readEvents } from '../../shared/api/events.ts';
import { RequestFailed } from '../../shared/api/failure.ts';
import { pause } from '../../shared/api/pause.ts';
import { EVENT_STREAM } from '../../shared/api/transport.ts';

/** Between the end of a stream and the next one. */
const PAUSE_MS = 2_000;

/** What is told while errors are followed. */
export interface ErrorListener {
  readonly onErrors: (errors: readonly ErrorListItem[]) => void;
  /** Whether errors come by themselves; while they do not, they have to be asked for. */
  readonly onConnected: (connected: boolean) => void;
}

/**
 * Follows the errors of all instances until the signal says stop. Streams that end or break are opened again, from where they ended.
 * What comes in is handed on once a frame, however much it is, so that a storm costs no more than a drizzle.
 */
export async function followErrors(signal: AbortSignal, { onErrors, onConnected }: ErrorListener): Promise<void> {
  let lastId: string | null = null;
  let waiting: ErrorListItem[] = [];
  const handOn = (): void => {
    const errors = waiting;
    waiting = [];
    if (!signal.aborted) onErrors(errors);
  };
  const open = async (until: AbortSignal): Promise<unknown> => {
    const headers = { accept: EVENT_STREAM, ...(lastId === null ? {} : { 'last-event-id': lastId }) };
    const stream: unknown = await answerOf(
      api.GET('/admin/api/monitoring/stream', { signal: until, headers, parseAs: 'stream' }),
    );
    if (!signal.aborted) onConnected(true);
    return stream;
  };
  while (!signal.aborted) {
    try {
      await readEvents(open, signal, ({ id, event, data }) => {
        lastId = id ?? lastId;
        if (event !== 'error_captured') return;
        waiting.push(JSON.parse(data) as ErrorListItem);
        if (waiting.length === 1) requestAnimationFrame(handOn);
      });
    } catch (error) {
      if (!signal.aborted && !isBroken(error)) throw error;
    }
    if (signal.aborted) return;
    onConnected(false);
    await pause(PAUSE_MS, signal);
  }
}

/** A stream that is refused, breaks or falls silent is no defect of the page. */
function isBroken(error: unknown): boolean {
  return error instanceof RequestFailed || error instanceof TypeError || error instanceof DOMException;
}
