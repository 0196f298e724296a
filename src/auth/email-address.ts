/**
 * The one form in which an address is stored, compared and written to: without surrounding space, composed (NFC,
 * as RFC 6532 §3.1 recommends) and in lower case. Mail always goes to this form, so whoever verifies an address
 * owns the very one that is stored.
 */
export function normalizeEmail(address: string): string {
  return address.trim().normalize('NFC').toLowerCase();
}
