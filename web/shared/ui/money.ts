/** An amount in the notation of the person's language. @param currency - ISO 4217, in any case. */
export function money(amountCents: number, currency: string): string {
  return new Intl.NumberFormat(undefined, { style: 'currency', currency: currency.toUpperCase() }).format(
    amountCents / 100,
  );
}
