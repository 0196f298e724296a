import { REDACTED } from './sensitive-keys.js';

/**
 * A sensitive name and what binds a value to it, as in `token=`, `"password": `, `%22secret%22%3A`, `Authorization: `,
 * `card[number]=`. Short names need a border before them, so that `discard:` is none. All repetitions are bounded, and
 * the rest of the name is matched without backtracking, so that the time is linear in the length of the text.
 */
const NAME_AND_BINDER =
  /(?:password|passwd|passphrase|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|authorization|cookie|credential|signature|GoogleAccessId|(?<![A-Za-z])(?:pwd|session|sid|csrf|xsrf|sig|card|cvc|cvv|iban|ssn|otp|jwt))(?=((?:[\w.[\]-]|%5B|%5D){0,40}))\1(?:\\{0,8}["'`]|%22|%27|%5C){0,2}\s{0,4}(?:=>|=|:|%3D|%3A)\s{0,4}/gi;

const HEADER_NAMES = /authorization|cookie/i;
const OPENING_QUOTE = /\\{0,16}["'`]|%22|%27/iy;
const END_OF_HEADER = /[\r\n"'`]|\\[rn"']/g;
const END_OF_WORD = /[\s&,;"'`<>)}\]|\\]|%22|%26/gi;
const NESTING = { '{': '}', '[': ']' } as const;

/**
 * Hides the values of sensitive names inside a text: query strings, forms, headers, and JSON however often escaped.
 * The names and everything else stay readable.
 */
export function redactKeyedValues(text: string): string {
  NAME_AND_BINDER.lastIndex = 0;
  let result = '';
  let copiedTo = 0;
  for (let match = NAME_AND_BINDER.exec(text); match !== null; match = NAME_AND_BINDER.exec(text)) {
    const start = match.index + match[0].length;
    const end = endOfValue(text, start, match[0]);
    if (end.at > start) {
      result += text.slice(copiedTo, start) + end.open + REDACTED;
      copiedTo = end.at;
    }
    NAME_AND_BINDER.lastIndex = Math.max(end.at, start);
  }
  return result + text.slice(copiedTo);
}

interface ValueEnd {
  readonly at: number;
  /** The quote before the value, which stays. */
  readonly open: string;
}

function endOfValue(text: string, start: number, binder: string): ValueEnd {
  OPENING_QUOTE.lastIndex = start;
  if (OPENING_QUOTE.test(text)) return endOfQuoted(text, start, text.slice(start, OPENING_QUOTE.lastIndex));
  const first = text[start];
  if (first === '{' || first === '[') return endOfNested(text, start, first);
  const end = HEADER_NAMES.test(binder) ? END_OF_HEADER : END_OF_WORD;
  end.lastIndex = start;
  return { at: end.exec(text)?.index ?? text.length, open: '' };
}

/** Up to the same quote, escaped as often or less: one escaped more often is part of the value. */
function endOfQuoted(text: string, start: number, open: string): ValueEnd {
  if (open.startsWith('%')) {
    const closing = text.indexOf(open, start + open.length);
    return { at: closing === -1 ? text.length : closing, open };
  }
  const mark = open.at(-1) ?? '"';
  const escapes = open.length - 1;
  for (let at = text.indexOf(mark, start + open.length); at !== -1; at = text.indexOf(mark, at + 1)) {
    let backslashes = 0;
    while (backslashes <= escapes && text[at - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes <= escapes) return { at: at - backslashes, open };
  }
  return { at: text.length, open };
}

/** Up to the bracket that closes this one; brackets inside strings do not matter enough to parse them. */
function endOfNested(text: string, start: number, opening: '{' | '['): ValueEnd {
  const closing = NESTING[opening];
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === opening) depth += 1;
    else if (text[at] === closing && (depth -= 1) === 0) return { at: at + 1, open: '' };
  }
  return { at: text.length, open: '' };
}
