import type { ComponentChildren } from 'preact';

/** How good or bad something is; said in words beside the colour. */
export type Tone = 'good' | 'warn' | 'bad' | 'calm';

/** A state in a word. */
export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }) {
  return <span class={`badge badge-${tone}`}>{children}</span>;
}
