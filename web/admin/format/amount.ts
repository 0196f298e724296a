const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const BYTES = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** A count that fits into a column: `12.3K`. */
export function compact(count: number): string {
  return COMPACT.format(count);
}

/** A size in powers of 1,000. */
export function bytes(size: number): string {
  const power = size < 1 ? 0 : Math.min(BYTES.length - 1, Math.floor(Math.log10(size) / 3));
  const value = size / 1_000 ** power;
  return `${power === 0 ? String(value) : value.toFixed(1)} ${BYTES[power] ?? ''}`;
}

/** A code or a key of the API as words: `circuit_breaker.reset_all` is `circuit breaker reset all`. */
export function words(key: string): string {
  return key.replace(/[_.]/g, ' ');
}
