import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { type Failure, failureOf } from '../../shared/api/failure.ts';

/** Something that is asked for again and again. A failure does not take away what is known. */
export interface Polled<T> {
  readonly value: T | null;
  /** Why the latest round gave nothing; null while all is well. */
  readonly failure: Failure | null;
  /** Asks now, or once more as soon as the question under way is answered. */
  readonly reload: () => void;
}

/**
 * Loads when the component appears, whenever `key` changes, and so many milliseconds after each answer, but never twice at once.
 * A hidden page asks for nothing; it does once it is seen again.
 *
 * @param load - throws RequestFailed
 */
export function usePolled<T>(load: (signal: AbortSignal) => Promise<T>, everyMs: number, key = ''): Polled<T> {
  const [value, setValue] = useState<{ readonly key: string; readonly is: T } | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const latest = useRef(load);
  latest.current = load;
  const askNow = useRef(() => {});
  const reload = useCallback(() => askNow.current(), []);
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let running = false;
    let again = false;
    const ask = (): void => {
      clearTimeout(timer);
      if (document.hidden || signal.aborted) return;
      again = running;
      if (running) return;
      running = true;
      latest
        .current(signal)
        .then((is) => {
          if (signal.aborted) return;
          setValue({ key, is });
          setFailure(null);
        })
        .catch((error: unknown) => {
          if (!signal.aborted) setFailure(failureOf(error));
        })
        .finally(() => {
          running = false;
          if (!signal.aborted) timer = setTimeout(ask, again ? 0 : everyMs);
        });
    };
    askNow.current = ask;
    document.addEventListener('visibilitychange', ask);
    ask();
    return () => {
      controller.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', ask);
    };
  }, [key, everyMs]);
  return { value: value?.key === key ? value.is : null, failure, reload };
}
