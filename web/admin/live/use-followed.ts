import { useEffect } from 'preact/hooks';
import { feed, type News } from './news.ts';
import { type Polled, usePolled } from './use-polled.ts';

/** What no news tells, such as how many calls are under way, and what was written late, is asked for beside the stream. */
const BESIDE_STREAM_MS = 10_000;

interface Following {
  /** The news after which it is asked for again; without one it is polled at all times. */
  readonly on: News['event'] | undefined;
  /** Between two questions while there is no stream. */
  readonly aloneMs: number;
  readonly key?: string;
}

/**
 * Something that is asked for whenever news of it come. While the stream is lost it is polled.
 *
 * @param load - throws RequestFailed
 */
export function useFollowed<T>(
  load: (signal: AbortSignal) => Promise<T>,
  { on, aloneMs, key = '' }: Following,
): Polled<T> {
  const polled = usePolled(load, on !== undefined && feed.connected.value ? BESIDE_STREAM_MS : aloneMs, key);
  const { reload } = polled;
  useEffect(() => {
    if (on === undefined) return;
    return feed.listen((news) => {
      if (news.some(({ event }) => event === on)) reload();
    });
  }, [on, reload]);
  return polled;
}
