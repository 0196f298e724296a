import { asciiSet } from './ascii-set.js';
import { Rewriting } from './rewriting.js';
import { REDACTED } from './sensitive-keys.js';

/**
 * A sensitive name and what binds a value to it, as in `token=`, `"password": `, `%22secret%22%3A`, `Authorization: `,
 * `card[number]=`. Short names need a border before them, so that `discard:` is none. All repetitions are bounded, and
 * the rest of the name is matched without backtracking, so that the time is linear in the length of the text.
 */
const NAME_AND_BINDER =
  /(?:password|passwd|passphrase|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|authorization|cookie|credential|signature|GoogleAccessId|(?<![A-Za-z])(?:pwd|session|sid|csrf|xsrf|sig|card|cvc|cvv|iban|ssn|otp|jwt))(?=((?:[\w.[\]-]|%5B|%5D){0,40}))\1(?:\\{0,8}["'`]|%22|%27|%5C){0,2}\s{0,4}(?:=>|=|:|%3D|%3A)\s{0,4}/gi;

const HEADER_NAMES = /authorization|cookie/i;
const SHORTEST_HEADER = 'cookie='.length;
const OPENING_QUOTE = /\\{0,16}["'`]|%22|%27/iy;
const mayOpenQuote = asciiSet(/[\\"'`%]/);
/** Ends are empty matches: only where they are is asked for, and a match that is not an object costs a fraction. */
const END_OF_HEADER = /(?=[\r\n"'`]|\\[rn"'])/g;
const END_OF_WORD = /(?=[\s&,;"'`<>)}\]|\\]|%22|%26)/g;
const BRACE = '{'.charCodeAt(0);
const BRACKET = '['.charCodeAt(0);
const PERCENT = '%'.charCodeAt(0);
const BACKSLASH = '\\'.charCodeAt(0);

/**
 * Hides the values of sensitive names inside a text: query strings, forms, headers, and JSON however often escaped.
 * The names and everything else stay readable.
 */
export function redactKeyedValues(text: string): string {
  NAME_AND_BINDER.lastIndex = 0;
  const rewriting = new Rewriting(text);
  for (let match = NAME_AND_BINDER.exec(text); match !== null; match = NAME_AND_BINDER.exec(text)) {
    const start = NAME_AND_BINDER.lastIndex;
    const value = extentOfValue(text, start, match[0]);
    if (value.end > start) rewriting.replace(value.start, value.end, REDACTED);
    NAME_AND_BINDER.lastIndex = Math.max(value.end, start);
  }
  return rewriting.finish();
}

/** What is hidden of a text. The quotes around it stay. */
interface Extent {
  readonly start: number;
  readonly end: number;
}

function extentOfValue(text: string, start: number, binder: string): Extent {
  const code = text.charCodeAt(start);
  if (mayOpenQuote(code)) {
    OPENING_QUOTE.lastIndex = start;
    if (OPENING_QUOTE.test(text)) return extentOfQuoted(text, start, OPENING_QUOTE.lastIndex);
  }
  if (code === BRACE || code === BRACKET) return { start, end: endOfNested(text, start, code) };
  const header = binder.length >= SHORTEST_HEADER && HEADER_NAMES.test(binder);
  const end = header ? END_OF_HEADER : END_OF_WORD;
  end.lastIndex = start;
  return { start, end: end.test(text) ? end.lastIndex : text.length };
}

/** Up to the same quote, escaped as often or less: one escaped more often is part of the value. */
function extentOfQuoted(text: string, quote: number, start: number): Extent {
  if (text.charCodeAt(quote) === PERCENT) {
    const closing = text.indexOf(text.slice(quote, start), start);
    return { start, end: closing === -1 ? text.length : closing };
  }
  const mark = text.charAt(start - 1);
  const escapes = start - quote - 1;
  for (let at = text.indexOf(mark, start); at !== -1; at = text.indexOf(mark, at + 1)) {
    let backslashes = 0;
    while (backslashes <= escapes && text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes <= escapes) return { start, end: at - backslashes };
  }
  return { start, end: text.length };
}

/** Up to the bracket that closes this one; brackets inside strings do not matter enough to parse them. */
function endOfNested(text: string, start: number, opening: number): number {
  // As ASCII has them, two codes after the opening ones.
  const closing = opening + 2;
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === opening) depth += 1;
    else if (code === closing && (depth -= 1) === 0) return at + 1;
  }
  return text.length;
}
