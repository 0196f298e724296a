import { randomBytes, randomInt } from 'node:crypto';

/** A secret that must not be seen again. */
export interface Canary {
  readonly kind: string;
  /** Where it was put in. */
  readonly entry: string;
  readonly key: string;
  readonly value: string;
  /** As it stands in running text. */
  readonly text: string;
  /** What gives it away. */
  readonly needle: string;
}

type Made = Pick<Canary, 'key' | 'value' | 'text' | 'needle'>;

/** Keys under which a secret lies, whatever it looks like. */
const KEYS = [
  'password', 'passwd', 'secret', 'token', 'access_token', 'refresh_token', 'api_key', 'authorization', 'cookie',
  'set-cookie', 'session', 'csrf', 'credentials', 'private_key', 'signature', 'client_secret', 'card', 'cvc', 'iban', 'ssn',
] as const; // prettier-ignore

/** Secrets that are known by their look, wherever they stand. */
const LOOKS: Readonly<Record<string, (mark: string) => Omit<Made, 'key' | 'text'>>> = {
  'card number': () => same(cardNumber()),
  'JSON web token': (mark) => ({ value: `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.${mark}`, needle: mark }),
  'Stripe key': (mark) => same(`sk_live_${mark}`),
  'restricted Stripe key': (mark) => same(`rk_live_${mark}`),
  'webhook secret': (mark) => same(`whsec_${mark}`),
  'SendGrid key': (mark) => same(`SG.${mark}.${mark}`),
  'Google access token': (mark) => same(`ya29.${mark}`),
  'PEM block': (mark) => ({
    value: `-----BEGIN PRIVATE KEY-----\n${mark}\n-----END PRIVATE KEY-----`,
    needle: mark,
  }),
  'user and password in a URL': (mark) => ({ value: `https://user:${mark}@example.com/x`, needle: mark }),
  'signed URL': (mark) => ({ value: `https://example.com/x?X-Goog-Signature=${mark}&page=2`, needle: mark }),
  'bearer credentials': (mark) => ({ value: `Bearer ${mark}`, needle: mark }),
  'e-mail address': (mark) => ({ value: `${mark}@example.com`, needle: mark }),
  'basic credentials': (mark) => {
    const needle = Buffer.from(`user:${mark}`).toString('base64');
    return { value: `Basic ${needle}`, needle };
  },
};

/** Plants one secret of each kind through an entry, and knows them all. */
export class Canaries {
  readonly planted: Canary[] = [];

  plant(entry: string): readonly Canary[] {
    const ofKeys = KEYS.map((key) => {
      const value = mark();
      return { kind: key, entry, key, value, text: `${key}=${value}`, needle: value };
    });
    const ofLooks = Object.entries(LOOKS).map(([kind, make]) => {
      const { value, needle } = make(mark());
      return { kind, entry, key: 'note', value, text: value, needle };
    });
    const canaries = [...ofKeys, ...ofLooks];
    this.planted.push(...canaries);
    return canaries;
  }

  /** What of the planted is in a text. @param place - where the text was found */
  foundIn(place: string, text: string): readonly string[] {
    return this.planted
      .filter(({ needle }) => text.includes(needle))
      .map(({ kind, entry, needle }) => `${kind} of ${entry} in ${place}: ${around(text, needle)}`);
  }
}

function mark(): string {
  return `canary${randomBytes(8).toString('hex')}`;
}

function same(value: string): Omit<Made, 'key' | 'text'> {
  return { value, needle: value };
}

/** Sixteen digits with the check digit of Luhn (ISO/IEC 7812-1). */
function cardNumber(): string {
  const digits = [4, ...Array.from({ length: 14 }, () => randomInt(10))];
  const sum = digits.reduce((total, digit, index) => {
    const doubled = index % 2 === 0 ? digit * 2 : digit;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return [...digits, (10 - (sum % 10)) % 10].join('');
}

function around(text: string, needle: string): string {
  const at = text.indexOf(needle);
  return text.slice(Math.max(0, at - 120), at + needle.length + 20);
}
