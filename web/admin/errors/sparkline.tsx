import { sparklinePath } from './sparkline-path.ts';

const WIDTH = 96;
const HEIGHT = 24;

/** A course of counts as a small line. */
export function Sparkline({ counts, label }: { readonly counts: readonly number[]; readonly label: string }) {
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={label}
    >
      <path d={sparklinePath(counts, WIDTH, HEIGHT)} fill="none" stroke="currentColor" stroke-width="1.5" />
    </svg>
  );
}
