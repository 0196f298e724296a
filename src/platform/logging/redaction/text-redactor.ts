import { replaceCardNumbers } from './card-numbers.js';
import { redactKeyedValues } from './keyed-values.js';
import { REDACTED } from './sensitive-keys.js';

/** Without any of these a text cannot hold what is looked for below: most texts end here. */
const SUSPICION = /[=:@%]|-----|[sr]k_|whsec_|SG\.|ya29|eyJ|bearer|basic|\d{4}/i;
/** The most frequent text with digits, and none that could be anything else. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Keys of Stripe (`sk_`, `rk_`, `whsec_`), SendGrid (`SG.`) and access tokens of Google (`ya29.`), by their prefixes. */
const VENDOR_KEYS = /\b(?:(?:sk|rk)_\w{6,}|whsec_[\w+/=-]{6,}|SG\.[\w-]{6,}(?:\.[\w-]+)?|ya29\.[\w-]{6,})/g;
const AUTH_SCHEMES = /\b(Bearer|Basic)(\s{1,8}|%20)([\w.~+/=-]{6,})/gi;
const USER_INFO = /:\/\/[^\s/?#"'<>\\]+@/g;
/** Anything that could hold a JWT; what it holds is looked at in one further pass. */
const LONG_WORD = /[\w.~+/=-]{20,}/g;
/** Also in a URL, where a blank is `%20` or `+`. */
const PEM_BEGIN = /-----BEGIN(?: |%20|\+)/g;
const PEM_END = /-----END(?: |%20|\+)[A-Z0-9 %+]{1,64}-----/g;
/** The sign of an address with something before it and a domain name (RFC 1035 §2.3.1) or localhost behind it. */
const AT_SIGN =
  /(?<=[^\s"'<>()[\]{},;:@=&?/\\%|])(?:@|%40)(?=(?:[a-z0-9][a-z0-9-]{0,62}\.){1,10}[a-z][a-z0-9-]{1,62}|localhost\b)/gi;
const LOCAL_PART_LIMIT = 64;
const NOT_IN_LOCAL_PART = new Set(Buffer.from(' \t\r\n"\'<>()[]{},;:@=&?/\\%|'));

/**
 * Hides the secrets in a text, by the names before them and by their own look, and masks e-mail addresses to
 * `j***@example.com`. The time is linear in the length of the text, whatever it holds.
 */
export function redactText(text: string): string {
  if (!SUSPICION.test(text) || UUID.test(text)) return text;
  let result = redactPemBlocks(text);
  if (result.includes('://') && result.includes('@')) result = result.replace(USER_INFO, `://${REDACTED}@`);
  if (/[=:]|%3[ad]/i.test(result)) result = redactKeyedValues(result);
  result = result.replace(VENDOR_KEYS, REDACTED).replace(AUTH_SCHEMES, redactCredentials);
  if (result.includes('eyJ')) result = result.replace(LONG_WORD, redactJwt);
  result = replaceCardNumbers(result, REDACTED);
  return maskEmailAddresses(result);
}

function redactPemBlocks(text: string): string {
  let begin = searchFrom(PEM_BEGIN, text, 0);
  if (begin === null) return text;
  let result = '';
  let copiedTo = 0;
  while (begin !== null) {
    const end = searchFrom(PEM_END, text, begin.index);
    result += text.slice(copiedTo, begin.index) + REDACTED;
    copiedTo = end === null ? text.length : end.index + end[0].length;
    begin = searchFrom(PEM_BEGIN, text, copiedTo);
  }
  return result + text.slice(copiedTo);
}

function searchFrom(pattern: RegExp, text: string, index: number): RegExpExecArray | null {
  pattern.lastIndex = index;
  return pattern.exec(text);
}

/** "Basic" is also an ordinary word: only what decodes to `user:password` follows it as a credential. */
function redactCredentials(all: string, scheme: string, space: string, value: string): string {
  const secret = scheme.toLowerCase() === 'bearer' || Buffer.from(value, 'base64').includes(':');
  return secret ? `${scheme}${space}${REDACTED}` : all;
}

/** Three base64url parts, the first of which is a JSON object (`eyJ` is `{"`): RFC 7519 §3. */
function redactJwt(word: string): string {
  const start = word.indexOf('eyJ');
  if (start === -1) return word;
  const firstDot = word.indexOf('.', start);
  return firstDot !== -1 && word.includes('.', firstDot + 1) ? word.slice(0, start) + REDACTED : word;
}

function maskEmailAddresses(text: string): string {
  if (!text.includes('@') && !text.includes('%40')) return text;
  AT_SIGN.lastIndex = 0;
  let result = '';
  let copiedTo = 0;
  for (let match = AT_SIGN.exec(text); match !== null; match = AT_SIGN.exec(text)) {
    const localStart = startOfLocalPart(text, match.index, copiedTo);
    const [initial = ''] = text.slice(localStart, match.index);
    result += `${text.slice(copiedTo, localStart)}${initial}***`;
    copiedTo = match.index;
  }
  return result + text.slice(copiedTo);
}

function startOfLocalPart(text: string, at: number, notBefore: number): number {
  const limit = Math.max(notBefore, at - LOCAL_PART_LIMIT);
  let start = at;
  while (start > limit && !NOT_IN_LOCAL_PART.has(text.charCodeAt(start - 1))) start -= 1;
  return start;
}
