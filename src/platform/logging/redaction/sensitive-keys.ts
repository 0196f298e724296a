/** What stands in place of a secret. */
export const REDACTED = '[REDACTED]';

/** Words that make a key sensitive wherever they stand in it: `user_password`, `X-Auth-Token`, `clientSecret`. */
const WORDS: ReadonlySet<string> = new Set(
  (
    'password passwd passphrase pwd secret secrets token tokens jwt authorization auth bearer otp cookie cookies ' +
    'session sessions sid csrf xsrf credential credentials signature sig card cvc cvv iban ssn'
  ).split(' '),
);

/** Pairs of words that are harmless alone. */
const PAIRS: ReadonlySet<string> = new Set(['api key', 'private key', 'access key', 'secret key', 'signing key']);

/** Parts so telling that they need no word boundary: `apikey`, `XAUTHTOKEN`, `mypasswordhash`. */
const PARTS =
  /password|passwd|passphrase|secret|token|apikey|privatekey|accesskey|authorization|cookie|credential|signature|cardnumber|sessionid|googleaccessid/;

const KNOWN_KEYS_LIMIT = 5_000;
const known = new Map<string, boolean>();

/**
 * Whether the value under `key` is to be hidden: by the words of the key in any case and any spelling
 * (snake, kebab, camel, `a[b]`, percent-encoded separators).
 */
export function isSensitiveKey(key: string): boolean {
  if (key.length > 256) return PARTS.test(key.slice(0, 4_096).toLowerCase());
  const remembered = known.get(key);
  if (remembered !== undefined) return remembered;
  const sensitive = judge(key);
  // Keys come from outside too, so what is remembered of them is bounded.
  if (known.size >= KNOWN_KEYS_LIMIT) known.clear();
  known.set(key, sensitive);
  return sensitive;
}

function judge(key: string): boolean {
  const words = key
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .replace(/%[0-9a-f]{2}/g, ' ')
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  return (
    words.some((word, index) => WORDS.has(word) || PAIRS.has(`${word} ${words[index + 1] ?? ''}`)) ||
    PARTS.test(words.join(''))
  );
}
