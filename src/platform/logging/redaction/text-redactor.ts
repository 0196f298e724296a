import { asciiSet } from './ascii-set.js';
import { replaceCardNumbers } from './card-numbers.js';
import { redactKeyedValues } from './keyed-values.js';
import { Rewriting } from './rewriting.js';
import { REDACTED } from './sensitive-keys.js';

/** Without any of these a text cannot hold what is looked for below: most texts end here. */
const SUSPICION = /[=:@%]|-----|[sr]k_|whsec_|SG\.|ya29|eyJ|bearer|basic|\d{4}/i;
/** The most frequent text with digits, and none that could be anything else. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Keys of Stripe (`sk_`, `rk_`, `whsec_`), SendGrid (`SG.`) and access tokens of Google (`ya29.`), by their prefixes. */
const VENDOR_KEYS = /\b(?:(?:sk|rk)_\w{6,}|whsec_[\w+/=-]{6,}|SG\.[\w-]{6,}(?:\.[\w-]+)?|ya29\.[\w-]{6,})/g;
const AUTH_SCHEMES = /\b(?:(Bearer)|Basic)(?:\s{1,8}|%20)(?=[\w.~+/=-]{6})/gi;
const AUTHORITY_BEGIN = '://';
/** An empty match: only where it is is asked for. */
const AUTHORITY_END = /(?=[\s/?#"'<>\\])/g;
/** Credentials of RFC 6750 and RFC 7617, and words that may be a JWT. */
const isTokenCharacter = asciiSet(/[\w.~+/=-]/);
const COLON = ':'.charCodeAt(0);
const DOT = '.'.charCodeAt(0);
const AT = '@'.charCodeAt(0);
/** Where usual credentials are decoded, which is much cheaper than a buffer for each; zeros at all other times. */
const decoded = Buffer.alloc(512);
/** The beginning of a JSON object in base64url. */
const JSON_BEGIN = 'eyJ';
const SHORTEST_JWT = 20;
/** Also in a URL, where a blank is `%20` or `+`. */
const PEM_BEGIN = /-----BEGIN(?: |%20|\+)/g;
const PEM_END = /-----END(?: |%20|\+)[A-Z0-9 %+]{1,64}-----/g;
/** The sign of an address with something before it and a domain name (RFC 1035 §2.3.1) or localhost behind it. */
const AT_SIGN =
  /(?<=[^\s"'<>()[\]{},;:@=&?/\\%|])(?:@|%40)(?=(?:[a-z0-9][a-z0-9-]{0,62}\.){1,10}[a-z][a-z0-9-]{1,62}|localhost\b)/gi;
const LOCAL_PART_LIMIT = 64;
const endsLocalPart = asciiSet(/[ \t\r\n"'<>()[\]{},;:@=&?/\\%|]/);

/**
 * Hides the secrets in a text, by the names before them and by their own look, and masks e-mail addresses to
 * `j***@example.com`. The time is linear in the length of the text, whatever it holds.
 */
export function redactText(text: string): string {
  if (!SUSPICION.test(text) || UUID.test(text)) return text;
  let result = redactUserInfo(redactPemBlocks(text));
  if (/[=:]|%3[ad]/i.test(result)) result = redactKeyedValues(result);
  result = redactCredentials(result.replace(VENDOR_KEYS, REDACTED));
  result = replaceCardNumbers(redactJwts(result), REDACTED);
  return maskEmailAddresses(result);
}

function redactPemBlocks(text: string): string {
  const rewriting = new Rewriting(text);
  let begin = searchFrom(PEM_BEGIN, text, 0);
  while (begin !== null) {
    const end = searchFrom(PEM_END, text, begin.index);
    rewriting.replace(begin.index, end === null ? text.length : PEM_END.lastIndex, REDACTED);
    begin = end === null ? null : searchFrom(PEM_BEGIN, text, PEM_END.lastIndex);
  }
  return rewriting.finish();
}

function searchFrom(pattern: RegExp, text: string, index: number): RegExpExecArray | null {
  pattern.lastIndex = index;
  return pattern.exec(text);
}

/** What is before the last `@` of the authority of a URL (RFC 3986 §3.2.1). */
function redactUserInfo(text: string): string {
  if (!text.includes('@')) return text;
  const rewriting = new Rewriting(text);
  let begin = text.indexOf(AUTHORITY_BEGIN);
  while (begin !== -1) {
    const start = begin + AUTHORITY_BEGIN.length;
    AUTHORITY_END.lastIndex = start;
    const end = AUTHORITY_END.test(text) ? AUTHORITY_END.lastIndex : text.length;
    let at = end - 1;
    while (at > start && text.charCodeAt(at) !== AT) at -= 1;
    if (at > start) rewriting.replace(start, at, REDACTED);
    begin = text.indexOf(AUTHORITY_BEGIN, Math.max(start, end - 1));
  }
  return rewriting.finish();
}

/** "Basic" is also an ordinary word: only what decodes to `user:password` follows it as a credential. */
function redactCredentials(text: string): string {
  const rewriting = new Rewriting(text);
  AUTH_SCHEMES.lastIndex = 0;
  for (let match = AUTH_SCHEMES.exec(text); match !== null; match = AUTH_SCHEMES.exec(text)) {
    const start = AUTH_SCHEMES.lastIndex;
    const end = endOfToken(text, start);
    const [, bearer] = match;
    if (bearer !== undefined || decodesToPair(text.slice(start, end))) rewriting.replace(start, end, REDACTED);
    AUTH_SCHEMES.lastIndex = end;
  }
  return rewriting.finish();
}

function decodesToPair(value: string): boolean {
  if (value.length > decoded.length) return Buffer.from(value, 'base64').includes(COLON);
  const size = decoded.write(value, 'base64');
  const pair = decoded.includes(COLON);
  decoded.fill(0, 0, size);
  return pair;
}

function endOfToken(text: string, start: number): number {
  let end = start;
  while (isTokenCharacter(text.charCodeAt(end))) end += 1;
  return end;
}

/** Three base64url parts, the first of which is a JSON object (`eyJ` is `{"`): RFC 7519 §3. Up to the end of the word. */
function redactJwts(text: string): string {
  const rewriting = new Rewriting(text);
  let wordEnd = 0;
  for (let start = text.indexOf(JSON_BEGIN); start !== -1; start = text.indexOf(JSON_BEGIN, wordEnd)) {
    let wordStart = start;
    while (wordStart > wordEnd && isTokenCharacter(text.charCodeAt(wordStart - 1))) wordStart -= 1;
    wordEnd = endOfToken(text, start);
    if (wordEnd - wordStart >= SHORTEST_JWT && hasTwoDots(text, start, wordEnd)) {
      rewriting.replace(start, wordEnd, REDACTED);
    }
  }
  return rewriting.finish();
}

function hasTwoDots(text: string, start: number, end: number): boolean {
  let dots = 0;
  for (let at = start; at < end && dots < 2; at += 1) if (text.charCodeAt(at) === DOT) dots += 1;
  return dots === 2;
}

function maskEmailAddresses(text: string): string {
  if (!text.includes('@') && !text.includes('%40')) return text;
  const rewriting = new Rewriting(text);
  let notBefore = 0;
  AT_SIGN.lastIndex = 0;
  for (let match = AT_SIGN.exec(text); match !== null; match = AT_SIGN.exec(text)) {
    const start = startOfLocalPart(text, match.index, notBefore);
    rewriting.replace(start, match.index, `${String.fromCodePoint(text.codePointAt(start) ?? 0)}***`);
    notBefore = match.index;
  }
  return rewriting.finish();
}

function startOfLocalPart(text: string, at: number, notBefore: number): number {
  const limit = Math.max(notBefore, at - LOCAL_PART_LIMIT);
  let start = at;
  while (start > limit && !endsLocalPart(text.charCodeAt(start - 1))) start -= 1;
  return start;
}
