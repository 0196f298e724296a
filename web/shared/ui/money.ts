/** By currency. The first one of a page takes a while to make, and a list shows many amounts. */
const FORMATS = new Map<string, Intl.NumberFormat>();

/** An amount in the notation of the person's language. @param currency - ISO 4217, in any case. */
export function money(amountCents: number, currency: string): string {
  const code = currency.toUpperCase();
  const format = FORMATS.get(code) ?? new Intl.NumberFormat(undefined, { style: 'currency', currency: code });
  FORMATS.set(code, format);
  return format.format(amountCents / 100);
}
