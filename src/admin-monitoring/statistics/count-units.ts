const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Finest first. */
export const COUNT_UNIT_NAMES = ['second', 'minute', 'hour', 'day'] as const;

export type CountUnit = (typeof COUNT_UNIT_NAMES)[number];

interface UnitFacts {
  readonly lengthMs: number;
  /** For how long counters of this unit may be asked for. */
  readonly keptMs: number;
}

/** Finest first. */
export const COUNT_UNITS = {
  second: { lengthMs: SECOND_MS, keptMs: 2 * HOUR_MS },
  minute: { lengthMs: MINUTE_MS, keptMs: 48 * HOUR_MS },
  hour: { lengthMs: HOUR_MS, keptMs: 30 * DAY_MS },
  day: { lengthMs: DAY_MS, keptMs: 400 * DAY_MS },
} as const satisfies Record<CountUnit, UnitFacts>;

/** Requests are not counted by the day. */
export const REQUEST_UNITS = ['second', 'minute', 'hour'] as const;

/** A stretch of time, half-open, that counters of one unit cover exactly. Milliseconds since the epoch. */
export interface CountRange {
  readonly unit: CountUnit;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The beginning of the unit a moment lies in, in UTC. */
export function startOf(unit: CountUnit, ms: number): number {
  const { lengthMs } = COUNT_UNITS[unit];
  return Math.floor(ms / lengthMs) * lengthMs;
}

/**
 * How the window [fromMs, toMs) is put together from as few counters as possible: days in the middle, and finer units towards
 * its edges. An edge is as exact as what is still kept of its age, and rounded down, so that windows that meet share nothing.
 */
export function coverWindow(
  fromMs: number,
  toMs: number,
  nowMs: number,
  units: readonly CountUnit[] = COUNT_UNIT_NAMES,
): readonly CountRange[] {
  return cover(edge(fromMs, nowMs, units), edge(toMs, nowMs, units), units);
}

function edge(ms: number, nowMs: number, units: readonly CountUnit[]): number {
  const unit = units.find((candidate) => nowMs - ms <= COUNT_UNITS[candidate].keptMs) ?? units.at(-1);
  return unit === undefined ? ms : startOf(unit, ms);
}

function cover(fromMs: number, toMs: number, units: readonly CountUnit[]): readonly CountRange[] {
  const unit = units.at(-1);
  if (unit === undefined || fromMs >= toMs) return [];
  const finer = units.slice(0, -1);
  const first = -startOf(unit, -fromMs);
  const last = startOf(unit, toMs);
  if (first >= last) return cover(fromMs, toMs, finer);
  return [...cover(fromMs, first, finer), { unit, fromMs: first, toMs: last }, ...cover(last, toMs, finer)];
}
