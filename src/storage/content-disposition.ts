/**
 * `Content-Disposition: attachment` with a name that may contain anything (RFC 6266 appendix D, RFC 8187): an
 * ASCII fallback and the true name percent-encoded.
 */
export function attachment(filename: string): string {
  const clean = filename.toWellFormed().replaceAll(/[\p{Cc}/\\]/gu, '_');
  const ascii = clean.replaceAll(/[^\x20-\x7e]|["%]/g, '_');
  const encoded = encodeURIComponent(clean).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
