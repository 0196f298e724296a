import type { AttemptContext } from './service-policy.js';

/**
 * How long cancelled work may take to end by itself before its caller goes on without it. Enough to close a socket
 * and to hear the result that was already under way; short enough for a hanging probe to free a half-open circuit.
 */
const CANCELLATION_GRACE_MS = 500;

/** The attempt was cancelled, by its time limit or by the caller, before its work had a result. */
export class AttemptCancelledError extends Error {
  override readonly name = 'AttemptCancelledError';

  /**
   * @param leftBehind whether the work had not ended yet; then `onLateEnd` will tell when it does
   * @param workError what the work failed with when it was cancelled
   */
  constructor(
    readonly by: 'timeout' | 'caller',
    readonly leftBehind: boolean,
    readonly workError: unknown,
  ) {
    super(by === 'timeout' ? 'The attempt exceeded its time limit' : 'The caller aborted');
  }
}

export interface AttemptOptions {
  readonly attempt: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** Called when work ends that was cancelled and had been left behind: only now its resources are free. */
  readonly onLateEnd: (succeeded: boolean) => void;
}

/**
 * Runs `work` once under a time limit. At the limit, or when the caller aborts, its signal aborts and it has
 * {@link CANCELLATION_GRACE_MS} to end; a result that arrives in that time is used, so that work that was done is not
 * done again. Work that ignores its signal is left behind, and reported by `onLateEnd` whenever it ends.
 *
 * @throws AttemptCancelledError, or what the work throws
 */
export function runAttempt<T>(
  work: (context: AttemptContext) => Promise<T>,
  { attempt, timeoutMs, signal, onLateEnd }: AttemptOptions,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const controller = new AbortController();
    let cancelledBy: 'timeout' | 'caller' | undefined;
    let leftBehind = false;

    const leaveBehind = (): void => {
      leftBehind = true;
      reject(new AttemptCancelledError(cancelledBy ?? 'timeout', true, undefined));
    };
    const cancel = (by: 'timeout' | 'caller', reason: unknown): void => {
      if (cancelledBy !== undefined) return;
      cancelledBy = by;
      clearTimeout(timer);
      timer = setTimeout(leaveBehind, CANCELLATION_GRACE_MS);
      controller.abort(reason);
    };
    const onCallerAbort = (): void => cancel('caller', signal?.reason);
    let timer = setTimeout(
      () => cancel('timeout', new DOMException('The attempt exceeded its time limit', 'TimeoutError')),
      timeoutMs,
    );
    signal?.addEventListener('abort', onCallerAbort, { once: true });

    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onCallerAbort);
    };
    startWork(work, { signal: controller.signal, attempt }).then(
      (value) => {
        end();
        if (leftBehind) onLateEnd(true);
        else resolve(value);
      },
      (error: unknown) => {
        end();
        if (leftBehind) onLateEnd(false);
        else
          reject(cancelledBy === undefined ? (error as Error) : new AttemptCancelledError(cancelledBy, false, error));
      },
    );
  });
}

/** So that work which throws before its first await is treated like any other. */
async function startWork<T>(work: (context: AttemptContext) => Promise<T>, context: AttemptContext): Promise<T> {
  return await work(context);
}
