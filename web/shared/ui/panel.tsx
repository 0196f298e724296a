import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { Boundary } from './boundary.tsx';

interface PanelProps {
  readonly title: string;
  /** Beside the title: a link, a button, a count. */
  readonly aside?: ComponentChildren;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** A titled part of a page. A defect in it stays in it. */
export function Panel({ title, aside, class: extra, children }: PanelProps) {
  const id = useId();
  return (
    <section class={extra === undefined ? 'panel' : `panel ${extra}`} aria-labelledby={id}>
      <header class="panel-head">
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      <Boundary>{children}</Boundary>
    </section>
  );
}

/** What stands where content will be. @param lines - as many bars as the content will have lines. */
export function Skeleton({ lines = 3, label = 'Loading' }: { readonly lines?: number; readonly label?: string }) {
  return (
    <div role="status" aria-label={label} class="skeletons">
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} class="skeleton" />
      ))}
    </div>
  );
}
