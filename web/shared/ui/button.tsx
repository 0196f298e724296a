import type { ButtonHTMLAttributes, ComponentChildren } from 'preact';

interface ButtonProps extends Omit<ButtonHTMLAttributes, 'class'> {
  readonly kind?: 'primary' | 'quiet' | 'text';
  readonly wide?: boolean;
  /** While true the button says so and does nothing, but keeps the focus. */
  readonly busy?: boolean;
  readonly children: ComponentChildren;
}

/** A button. Of type `button`, so that it submits no form unless told to. */
export function Button({ kind = 'primary', wide = false, busy = false, type = 'button', ...rest }: ButtonProps) {
  const { onClick, children, ...attributes } = rest;
  return (
    <button
      {...attributes}
      type={type}
      class={`button button-${kind}${wide ? ' button-wide' : ''}`}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    >
      {children}
    </button>
  );
}
