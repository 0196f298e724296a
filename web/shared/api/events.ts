import { type EventSourceMessage, EventSourceParserStream } from 'eventsource-parser/stream';

/** Nothing for so long, not even one of the heartbeats (every 15 s), and the connection is dead though nobody says so. */
const SILENCE_MS = 40_000;

/**
 * Reads server-sent events until their stream ends.
 *
 * @param open - asks for the stream, as `parseAs: 'stream'`, until its signal says stop.
 * @throws RequestFailed when it is refused; TypeError or DOMException when it breaks or falls silent
 */
export async function readEvents(
  open: (signal: AbortSignal) => Promise<unknown>,
  signal: AbortSignal,
  onEvent: (event: EventSourceMessage) => void,
): Promise<void> {
  const dead = new AbortController();
  let watch = setTimeout(() => dead.abort(), SILENCE_MS);
  const heard = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      clearTimeout(watch);
      watch = setTimeout(() => dead.abort(), SILENCE_MS);
      controller.enqueue(chunk);
    },
  });
  try {
    const answer = await open(AbortSignal.any([signal, dead.signal]));
    const events = (answer as ReadableStream<Uint8Array<ArrayBuffer>>)
      .pipeThrough(heard)
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream());
    const reader = events.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) onEvent(next.value);
  } finally {
    clearTimeout(watch);
  }
}
