import { RequestFailed } from './failure.ts';

/** Longer than the server takes to give up on any dependency of a JSON route. */
const TIMEOUT_MS = 40_000;

/** What a stream of events is asked for with; it has no end that one could wait for. */
export const EVENT_STREAM = 'text/event-stream';

/** `fetch` that gives up after a while. @throws RequestFailed `unreachable` when no answer came */
export async function fetchInTime(request: Request): Promise<Response> {
  const endless = request.headers.get('accept') === EVENT_STREAM;
  const signal = endless ? request.signal : AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]);
  try {
    return await fetch(request, { signal });
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new RequestFailed({ kind: 'unreachable' });
  }
}
