/** The name of the product with its sign: five bars that move to the music. */
export function Brand({ href = '/' }: { readonly href?: string }) {
  return (
    <a class="brand" href={href}>
      <svg viewBox="0 0 32 32" width="30" height="30" aria-hidden="true">
        <rect width="32" height="32" rx="9" fill="var(--accent-ground)" />
        <g fill="#fff">
          <rect x="6.5" y="13" width="2.6" height="6" rx="1.3" />
          <rect x="10.9" y="9" width="2.6" height="14" rx="1.3" />
          <rect x="15.3" y="6" width="2.6" height="20" rx="1.3" />
          <rect x="19.7" y="10" width="2.6" height="12" rx="1.3" />
          <rect x="24.1" y="13.5" width="2.6" height="5" rx="1.3" />
        </g>
      </svg>
      <span>
        Oriel <span class="brand-rest">Signal FX Pro</span>
      </span>
    </a>
  );
}
