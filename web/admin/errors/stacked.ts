import type { ErrorSeries } from '../../generated/api.ts';

/** One layer of a stacked chart. */
export interface Layer {
  readonly label: string;
  /** Errors in each bucket of this layer alone. */
  readonly counts: readonly number[];
}

/** What a stacked chart is drawn from. */
export interface Stack {
  /** Beginning of each bucket, seconds since the epoch. */
  readonly times: readonly number[];
  readonly layers: readonly Layer[];
}

interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Counts of a series in so many buckets of equal length; what lies outside the window counts in its nearest bucket. */
export function bucketed(points: ErrorSeries['points'], { fromMs, toMs }: Window, buckets: number): readonly number[] {
  const counts = Array.from({ length: buckets }, () => 0);
  for (const { at, count } of points) {
    const index = Math.floor(((Date.parse(at) - fromMs) / (toMs - fromMs)) * buckets);
    const inside = Math.min(buckets - 1, Math.max(0, index));
    counts[inside] = (counts[inside] ?? 0) + count;
  }
  return counts;
}

/**
 * Splits all errors into the types that have a layer of their own and the rest.
 *
 * @param types - series by code, the most frequent first.
 */
export function stackOf(
  window: Window,
  all: ErrorSeries['points'],
  types: readonly { readonly code: string; readonly points: ErrorSeries['points'] }[],
  buckets: number,
): Stack {
  const width = (window.toMs - window.fromMs) / buckets;
  const times = Array.from({ length: buckets }, (_, index) => (window.fromMs + index * width) / 1_000);
  const named = types.map(({ code, points }) => ({ label: code, counts: bucketed(points, window, buckets) }));
  // Asked for one after another, the series may disagree by what came in between.
  const rest = bucketed(all, window, buckets).map((count, index) =>
    Math.max(0, count - named.reduce((sum, { counts }) => sum + (counts[index] ?? 0), 0)),
  );
  const layers = rest.some((count) => count > 0) ? [...named, { label: 'others', counts: rest }] : named;
  return { times, layers };
}

/** Each layer on top of those before it: what is drawn, from the back to the front, is the last one first. */
export function summed(layers: readonly Layer[]): readonly (readonly number[])[] {
  const sums: (readonly number[])[] = [];
  for (const { counts } of layers) {
    const below = sums.at(-1);
    sums.push(counts.map((count, index) => count + (below?.[index] ?? 0)));
  }
  return sums;
}
