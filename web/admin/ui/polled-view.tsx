import type { ComponentChildren } from 'preact';
import { FailureNotice } from '../../shared/ui/failure-notice.tsx';
import { Skeleton } from '../../shared/ui/panel.tsx';
import type { Polled } from '../live/use-polled.ts';

interface PolledViewProps<T> {
  readonly polled: Polled<T>;
  readonly lines?: number;
  readonly children: (value: T) => ComponentChildren;
}

/** Shows what is polled; what is known stays in sight while the newest cannot be had, and is then called old. */
export function PolledView<T>({ polled, lines = 3, children }: PolledViewProps<T>) {
  const { value, failure, reload } = polled;
  if (value === null) {
    return failure === null ? <Skeleton lines={lines} /> : <FailureNotice failure={failure} onRetry={reload} />;
  }
  return (
    <>
      {failure !== null && (
        <p class="stale small" role="status">
          Not up to date: the latest question was not answered. This goes on by itself.
        </p>
      )}
      {children(value)}
    </>
  );
}

/** What stands where there is nothing to show. */
export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="empty soft">{children}</p>;
}
