/** A render may take this many times the length of its track. */
const TRACK_LENGTHS = 8;

/**
 * How long a render may take, in milliseconds.
 *
 * @param leastMs - what the render of a short track may take
 */
export function renderTimeLimitMs(leastMs: number, trackSeconds: number): number {
  return Math.max(leastMs, trackSeconds * 1_000 * TRACK_LENGTHS);
}
