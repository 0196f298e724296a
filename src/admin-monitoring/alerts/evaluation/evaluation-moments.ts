/** Seconds between two evaluations. */
export const EVALUATION_SECONDS = 10;

/** Counters of all processes have arrived by then; see `ErrorCounts`. */
const SETTLED_AFTER_SECONDS = 2;

/** After a longer pause the past is not made up for: whoever reads of it would look for it now. */
const MAX_GAP_SECONDS = 60;

/** The last whole second (ms since the epoch) about which everything is known at `now`. */
export function settledMoment(now: Date): number {
  return (Math.floor(now.getTime() / 1_000) - SETTLED_AFTER_SECONDS) * 1_000;
}

/**
 * The moments (ms since the epoch) at which a rule is to be looked at, the last one being `atMs`. Usually that one only; a window that
 * is shorter than the time since the last evaluation is laid end to end, so that no second is left out.
 */
export function momentsToEvaluate(windowSeconds: number, lastMs: number | null, atMs: number): readonly number[] {
  const sinceLast = lastMs === null ? EVALUATION_SECONDS : (atMs - lastMs) / 1_000;
  if (sinceLast <= 0) return [];
  const steps = Math.ceil(Math.min(sinceLast, MAX_GAP_SECONDS) / windowSeconds);
  return Array.from({ length: steps }, (_, index) => atMs - (steps - 1 - index) * windowSeconds * 1_000);
}
