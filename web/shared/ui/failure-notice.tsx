import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Failure } from '../api/failure.ts';
import type { Remedy } from '../errors/advice.ts';
import { useAdvice } from '../errors/use-advice.ts';
import { Button } from './button.tsx';

interface FailureNoticeProps {
  readonly failure: Failure;
  /** Does again what failed. Without it nothing is offered. */
  readonly onRetry?: (() => void) | undefined;
  /** What helps besides trying again. */
  readonly children?: ComponentChildren;
}

/** Says what went wrong and what to do now; counts down to the next try where waiting is what helps. */
export function FailureNotice({ failure, onRetry, children }: FailureNoticeProps) {
  const { title, message, hint, remedy, retryInSeconds, requestId } = useAdvice(failure);
  return (
    <div class={`notice ${remedy === 'wait' ? 'notice-warn' : 'notice-bad'}`} role="alert">
      <p class="notice-title">{title}</p>
      <p>
        {message} {hint}
      </p>
      {(onRetry !== undefined || children !== undefined) && (
        <div class="notice-actions">
          {onRetry !== undefined && canRetry(remedy) && (
            <RetryButton failure={failure} afterSeconds={retryInSeconds} onRetry={onRetry} />
          )}
          {children}
        </div>
      )}
      {requestId !== null && (
        <p class="request-id">
          Request <code>{requestId}</code>
        </p>
      )}
    </div>
  );
}

function canRetry(remedy: Remedy): boolean {
  return remedy === 'retry' || remedy === 'wait' || remedy === 'report';
}

interface RetryButtonProps {
  readonly failure: Failure;
  /** Seconds until it presses itself; null never does. */
  readonly afterSeconds: number | null;
  readonly onRetry: () => void;
}

function RetryButton({ failure, afterSeconds, onRetry }: RetryButtonProps) {
  const [left, setLeft] = useState(afterSeconds);
  // What surrounds it may be drawn again at any time, which must not begin a second anew.
  const retry = useRef(onRetry);
  retry.current = onRetry;
  // The next try can fail as well.
  useEffect(() => setLeft(afterSeconds), [failure]);
  useEffect(() => {
    if (left === null) return;
    if (left <= 0) {
      retry.current();
      return;
    }
    const timer = setTimeout(() => setLeft(left - 1), 1_000);
    return () => clearTimeout(timer);
  }, [left]);
  useEffect(() => {
    // Back online is better than the end of any countdown.
    if (left === null) return;
    const again = (): void => retry.current();
    addEventListener('online', again);
    return () => removeEventListener('online', again);
  }, [left === null]);
  return (
    <>
      <Button kind="quiet" onClick={() => onRetry()}>
        Try again
      </Button>
      {left !== null && left > 0 && (
        <span class="small soft numbers" aria-hidden="true">
          by itself in {left} s
        </span>
      )}
    </>
  );
}
