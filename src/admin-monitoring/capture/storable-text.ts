import { redactString } from '../../platform/logging/index.js';

/**
 * The beginning of a text as it may be stored: redacted, without what PostgreSQL takes in no text or JSON (NUL, halves of
 * characters), and a string of its own: a slice would keep the whole of a ten-megabyte message in memory.
 */
export function storableText(text: string, maxLength: number): string {
  const head = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return Buffer.from(redactString(head).replaceAll('\0', ''), 'utf8').toString('utf8');
}
