import type { ComponentChildren } from 'preact';

/** What is known of something, by name; what is null is left out. */
export function Facts({ facts }: { readonly facts: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== null && value !== undefined)
        .map(([name, value]) => (
          <div key={name} class="fact">
            <dt class="small soft">{name}</dt>
            <dd class="wrap numbers">{value}</dd>
          </div>
        ))}
    </dl>
  );
}
