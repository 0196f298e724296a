import type { ComponentChildren } from 'preact';
import { useCallback, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type Failure, failureOf } from '../api/failure.ts';
import { FailureNotice } from './failure-notice.tsx';
import { Skeleton } from './panel.tsx';

/** Something that is loaded for a panel. */
export type Resource<T> = Result<T> & { readonly reload: () => void };

type Result<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly value: T }
  | { readonly state: 'failed'; readonly failure: Failure };

/**
 * Loads something when the component appears and whenever `key` changes; what is loaded stays visible while it is loaded again.
 *
 * @param load - throws RequestFailed; is not called again by a mere re-render.
 */
export function useResource<T>(load: (signal: AbortSignal) => Promise<T>, key = ''): Resource<T> {
  const [result, setResult] = useState<Result<T>>({ state: 'loading' });
  const [round, setRound] = useState(0);
  const latest = useRef(load);
  latest.current = load;
  const reload = useCallback(() => setRound((value) => value + 1), []);
  // Before anything is painted: what was asked for is on its way by then.
  useLayoutEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    latest.current(signal).then(
      (value) => {
        if (!signal.aborted) setResult({ state: 'ready', value });
      },
      (error: unknown) => {
        if (!signal.aborted) setResult({ state: 'failed', failure: failureOf(error) });
      },
    );
    return () => controller.abort();
  }, [key, round, reload]);
  return { ...result, reload };
}

interface ResourceViewProps<T> {
  readonly resource: Resource<T>;
  /** How many lines the content will have, about. */
  readonly lines?: number;
  readonly children: (value: T) => ComponentChildren;
}

/** Shows a resource in each of its states. */
export function ResourceView<T>({ resource, lines = 3, children }: ResourceViewProps<T>) {
  switch (resource.state) {
    case 'loading':
      return <Skeleton lines={lines} />;
    case 'failed':
      return <FailureNotice failure={resource.failure} onRetry={resource.reload} />;
    case 'ready':
      return <>{children(resource.value)}</>;
  }
}
