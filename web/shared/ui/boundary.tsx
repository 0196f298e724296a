import type { ComponentChildren } from 'preact';
import { useErrorBoundary } from 'preact/hooks';
import { Button } from './button.tsx';

/** Holds what goes wrong while its content is drawn, so that the rest of the page stays as it is. */
export function Boundary({ children }: { readonly children: ComponentChildren }) {
  const [error, again] = useErrorBoundary((thrown: unknown) => reportError(thrown)) as [unknown, () => void];
  if (error === undefined) return <>{children}</>;
  return (
    <div class="notice notice-bad" role="alert">
      <p class="notice-title">That is our fault</p>
      <p>This part of the page cannot be shown. Nothing is lost: try again, or load the page again.</p>
      <div class="notice-actions">
        <Button kind="quiet" onClick={again}>
          Try again
        </Button>
        <Button kind="text" onClick={() => location.reload()}>
          Load the page again
        </Button>
      </div>
    </div>
  );
}
