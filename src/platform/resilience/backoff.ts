/** Shortest pause before a retry, in milliseconds. */
const BACKOFF_BASE_MS = 200;
/** Longest pause that the jitter itself asks for, in milliseconds. */
const BACKOFF_CAP_MS = 5_000;
/** A `Retry-After` above this many seconds is not waited for: the caller hears it instead. */
export const MAX_RETRY_AFTER_SECONDS = 120;

/**
 * Pause before the next attempt with decorrelated jitter:
 * min(cap, random between base and 3 × the previous pause).
 * Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 *
 * @param previousMs the pause before, or 0 before the first retry
 * @param random source of numbers in [0, 1)
 */
export function nextBackoffMs(previousMs: number, random: () => number): number {
  const upperMs = Math.max(BACKOFF_BASE_MS, previousMs) * 3;
  return Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS + random() * (upperMs - BACKOFF_BASE_MS));
}

/**
 * Reads a `Retry-After` header (RFC 9110 §10.2.3).
 * @param value whole seconds or an HTTP date
 * @param now the time a date is compared with
 * @returns seconds to wait, at least 0; undefined when the value says nothing
 */
export function parseRetryAfter(value: string | null | undefined, now: Date): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text);
  // HTTP dates begin with the name of a day; Date.parse alone would also take "-5" or "1.5".
  if (!/^[A-Za-z]{3,9},? /.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now.getTime()) / 1_000));
}

/**
 * Waits, unless `signal` aborts first.
 * @throws the signal's reason
 */
export async function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, delayMs);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
