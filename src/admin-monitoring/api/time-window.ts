import { ValidationError } from '../../platform/errors/index.js';

const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The window before it is counted too, and counters are kept for 400 days. */
const MAX_DAYS = 200;

/** A half-open stretch of time. */
export interface TimeWindow {
  readonly from: Date;
  readonly to: Date;
}

/**
 * The window that ends with the second that is going on.
 * @param window - a whole number and `m`, `h` or `d`
 * @throws ValidationError for one that is too long
 */
export function windowUntil(now: Date, window: string): TimeWindow {
  const lengthMs = Number(window.slice(0, -1)) * (UNITS_MS[window.slice(-1)] ?? 0);
  if (lengthMs > MAX_DAYS * 86_400_000) {
    throw new ValidationError({ field: 'window', message: `window must be ${MAX_DAYS} days at the most` });
  }
  const end = Math.floor(now.getTime() / 1_000 + 1) * 1_000;
  return { from: new Date(end - lengthMs), to: new Date(end) };
}
