const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** A length of time in its largest whole unit: `4 min`. @param ms - milliseconds; what is negative counts as none. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const [unit, length] = UNITS.find(([, size]) => seconds >= size) ?? ['s', 1];
  return `${Math.floor(seconds / length)} ${unit}`;
}

/** How long ago a moment was; one that a clock ahead of ours calls the future is now. @param now - milliseconds since the epoch */
export function ago(moment: string, now: number): string {
  const ms = now - Date.parse(moment);
  return ms < 1_000 ? 'now' : `${span(ms)} ago`;
}

/** What is left until a moment as `m:ss`; null once it is reached. @param now - milliseconds since the epoch */
export function countdown(moment: string, now: number): string | null {
  const seconds = Math.ceil((Date.parse(moment) - now) / 1_000);
  if (seconds <= 0) return null;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** A moment as date and time of the person's place, to the second. */
export function moment(iso: string): string {
  return new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** The time of day to the millisecond, for lines that follow one another. */
export function clockTime(iso: string): string {
  const date = new Date(iso);
  const two = (value: number): string => String(value).padStart(2, '0');
  const millis = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${millis}`;
}
