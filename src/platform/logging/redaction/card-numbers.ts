import { asciiSet } from './ascii-set.js';
import { Rewriting } from './rewriting.js';

const MIN_DIGITS = 13;
const MAX_DIGITS = 19;
/** Of the first group of a card number. */
const MIN_FIRST_GROUP = 4;
const DIGIT = /\d/;
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f])/iy;
const UUID_LENGTH = 36;
const UUID_FIRST_GROUP = 8;
/** Of the id of a trace and of digests (MD5, SHA-1, SHA-256), in hexadecimal digits. */
const DIGEST_LENGTHS: ReadonlySet<number> = new Set([32, 40, 64]);
const LONGEST_IDENTIFIER = 64;

const ZERO = '0'.charCodeAt(0);
const HYPHEN = '-'.charCodeAt(0);
const isDigit = asciiSet(/\d/);
const isHex = asciiSet(/[\da-f]/i);
const isInIdentifier = asciiSet(/[\da-f-]/i);
const isSeparator = asciiSet(/[ -]/);

/**
 * Replaces payment card numbers, also grouped by spaces or hyphens, each by `replacement`. Identifiers keep their digits (UUIDs,
 * ids of traces, digests): one UUID in two thousand has what looks like a card number.
 */
export function replaceCardNumbers(text: string, replacement: string): string {
  if (!DIGIT.test(text)) return text;
  const rewriting = new Rewriting(text);
  let doneTo = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (!isDigit(text.charCodeAt(at))) continue;
    const end = endOfRun(text, at);
    if (isLongRun(text, at, end)) {
      const identifierEnd = endOfIdentifierAt(text, at, doneTo);
      doneTo = identifierEnd ?? end;
      if (identifierEnd === null) replaceInRun(text, at, end, rewriting, replacement);
      at = doneTo - 1;
    } else {
      at = end;
    }
  }
  return rewriting.finish();
}

/** Whether digits are a card number: length and first digit as in ISO/IEC 7812, check digit after Luhn. */
export function isCardNumber(digits: string): boolean {
  return /^\d+$/.test(digits) && endOfCard(digits, 0, digits.length) === digits.length;
}

/** The end of the digits, with single separators between them, that begin here. */
function endOfRun(text: string, start: number): number {
  for (let at = start + 1; ; at += 1) {
    const code = text.charCodeAt(at);
    if (!isDigit(code) && !(isSeparator(code) && isDigit(text.charCodeAt(at + 1)))) return at;
  }
}

/** Whether there are digits enough for a card number. */
function isLongRun(text: string, start: number, end: number): boolean {
  if (end - start < MIN_DIGITS) return false;
  let digits = 0;
  for (let at = start; at < end && digits < MIN_DIGITS; at += 1) if (isDigit(text.charCodeAt(at))) digits += 1;
  return digits === MIN_DIGITS;
}

/** The end of the identifier that has a position in it and does not begin before another one. */
function endOfIdentifierAt(text: string, position: number, notBefore: number): number | null {
  const limit = Math.max(notBefore, position - LONGEST_IDENTIFIER);
  let first = position;
  while (first > limit && isInIdentifier(text.charCodeAt(first - 1))) first -= 1;
  for (let start = first; start <= position; start += 1) {
    const end = endOfIdentifier(text, start);
    if (end !== null && end > position) return end;
  }
  return null;
}

function endOfIdentifier(text: string, start: number): number | null {
  if (isHex(text.charCodeAt(start - 1))) return null;
  let end = start;
  while (end - start <= LONGEST_IDENTIFIER && isHex(text.charCodeAt(end))) end += 1;
  if (DIGEST_LENGTHS.has(end - start)) return end;
  if (end - start !== UUID_FIRST_GROUP || text.charCodeAt(end) !== HYPHEN) return null;
  UUID.lastIndex = start;
  return UUID.test(text) ? start + UUID_LENGTH : null;
}

/** A card number begins and ends at the border of a group, and its first group has four digits at least. */
function replaceInRun(text: string, start: number, end: number, rewriting: Rewriting, replacement: string): void {
  let group = start;
  while (group < end) {
    let groupEnd = group;
    while (groupEnd < end && isDigit(text.charCodeAt(groupEnd))) groupEnd += 1;
    const cardEnd = groupEnd - group >= MIN_FIRST_GROUP ? endOfCard(text, group, end) : null;
    if (cardEnd !== null) rewriting.replace(group, cardEnd, replacement);
    group = (cardEnd ?? groupEnd) + 1;
  }
}

/**
 * The end of the shortest card number that begins here, within a run. Which digits Luhn's formula doubles depends on how many there
 * are, so both sums are carried along.
 */
function endOfCard(text: string, start: number, end: number): number | null {
  const first = text.charCodeAt(start) - ZERO;
  if (first < 2 || first > 6) return null;
  let sum = 0;
  let otherSum = 0;
  let digits = 0;
  for (let at = start; at < end; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit >= 0) {
      if (digits === MAX_DIGITS) return null;
      // The last digit counts as it is, the one before it doubled, and so on: with each digit the sums change places.
      const withLast = otherSum + digit;
      otherSum = sum + (digit > 4 ? digit * 2 - 9 : digit * 2);
      sum = withLast;
      digits += 1;
    } else if (digits >= MIN_DIGITS && sum % 10 === 0) {
      return at;
    }
  }
  return digits >= MIN_DIGITS && sum % 10 === 0 ? end : null;
}
