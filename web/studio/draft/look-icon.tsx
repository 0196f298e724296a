import type { Visualization } from '../../generated/api.ts';

const SHAPES: Readonly<Record<Visualization, string>> = {
  bars: 'M6 22V15M12 22V7M18 22V11M24 22V4M30 22V13M36 22V9M42 22V17',
  waveform: 'M3 13C7 13 7 5 11 5S15 21 19 21 22 3 25 3 29 20 33 20 36 9 39 9 42 13 45 13',
  circular:
    'M24 7a6 6 0 1 1 0 12 6 6 0 1 1 0-12M24 4V1M24 25v-3M33 13h5M10 13h5M30.4 6.6 33 4M15 22l2.6-2.6M30.4 19.4 33 22M15 4l2.6 2.6',
  spectrum: 'M3 22C8 22 8 8 13 8s5 9 9 9 5-13 10-13 6 18 13 18ZM3 22h42',
};

/** What a look looks like, in one line. */
export function LookIcon({ visualization }: { readonly visualization: Visualization }) {
  return (
    <svg class="look-icon" viewBox="0 0 48 26" width="48" height="26" aria-hidden="true">
      <path
        d={SHAPES[visualization]}
        fill="none"
        stroke="currentColor"
        stroke-width="2.5"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
