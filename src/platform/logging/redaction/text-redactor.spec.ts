import fc from 'fast-check';
import { HOSTILE_UNITS, hostileText } from './hostile-texts.js';
import { redactText } from './text-redactor.js';

const CARD = '4242424242424242';
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';
const SECRET = 'hunter2-Canary';

describe('redactText', () => {
  it.each([
    ['a query string', `GET /reset?token=${SECRET}&page=2`, 'page=2'],
    ['a form', `user=joe&user%5Bpassword%5D=${SECRET}&remember=1`, 'remember=1'],
    ['an encoded form', `body=%7B%22password%22%3A%22${SECRET}%22%2C%22page%22%3A2%7D`, '%22page%22%3A2'],
    ['JSON', `{"page":2,"password":"${SECRET}","next":3}`, '"next":3'],
    ['JSON with a quote in the value', `{"client_secret":"a\\"${SECRET}","next":3}`, '"next":3'],
    ['JSON in JSON', JSON.stringify({ body: `{"api_key":"x\\"${SECRET}","next":3}` }), 'next'],
    ['JSON in JSON in JSON', JSON.stringify(JSON.stringify({ body: `{"api_key":"${SECRET}","next":3}` })), 'next'],
    ['an unfinished JSON string', `{"password":"${SECRET}`, 'password'],
    ['a JSON object under a sensitive name', `{"card":{"number":{"x":"${SECRET}"}},"next":3}`, '"next":3'],
    ['a header', `Authorization: Digest ${SECRET} x\r\nHost: localhost`, 'Host: localhost'],
    ['cookies', `Cookie: a=1; theme=${SECRET}\nHost: localhost`, 'Host: localhost'],
    ['an object printed by Node', `{ password: '${SECRET}', next: 3 }`, 'next: 3'],
    ['a signed URL', `https://storage.example/o?X-Goog-Signature=${SECRET}&alt=media`, 'alt=media'],
    ['credentials in a URL', `connect postgres://joe:${SECRET}@db.example:5432/app`, 'db.example:5432/app'],
    ['a PEM block', `key -----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY----- end`, ' end'],
    ['a PEM block in a URL', `/x/-----BEGIN%20PRIVATE%20KEY-----%0A${SECRET}%0A-----END%20PRIVATE%20KEY-----/y`, '/y'],
    ['an unfinished PEM block', `start -----BEGIN RSA PRIVATE KEY-----\\n${SECRET}`, 'start '],
    ['Bearer', `sent Bearer ${SECRET} on`, ' on'],
    ['Basic', `sent Basic ${Buffer.from(`joe:${SECRET}`).toString('base64')} on`, ' on'],
  ])('hides the secret in %s and keeps the rest', (_where, text, kept) => {
    const redacted = redactText(text);
    expect(redacted).not.toContain('Canary');
    expect(redacted).not.toContain(Buffer.from(`joe:${SECRET}`).toString('base64'));
    expect(redacted).toContain('[REDACTED]');
    expect(redacted).toContain(kept);
  });

  it.each([
    ['a JWT', JWT],
    ['a Stripe secret key', 'sk_live_51AbCdEfGhIjKlMn'],
    ['a Stripe restricted key', 'rk_test_51AbCdEfGhIjKlMn'],
    ['a webhook secret', 'whsec_abc/def+ghi=='],
    ['a SendGrid key', 'SG.abcdefghijklmnop.qrstuvwxyz-0123456789'],
    ['a card number', CARD],
    ['a grouped card number', '4242 4242 4242 4242'],
    ['a hyphenated card number', '3782-822463-10005'],
  ])('recognises %s by its look', (_what, secret) => {
    expect(redactText(`failed with ${secret} today`)).toBe('failed with [REDACTED] today');
  });

  it('finds a card number that is followed by an expiry date', () => {
    expect(redactText('4242 4242 4242 4242 12/29')).toBe('[REDACTED] 12/29');
  });

  it.each([
    ['alternating separators', '4242 4242-4242 4242', '[REDACTED]'],
    ['fifteen digits', '378282246310005', '[REDACTED]'],
    ['nineteen digits', '6304000000000000000', '[REDACTED]'],
    ['one behind other groups', '12 345 4242 4242 4242 4242', '12 345 [REDACTED]'],
    ['one behind another', '4242424242424242 4242-4242-4242-4242', '[REDACTED] [REDACTED]'],
    [
      'one behind an identifier',
      '0afe4242424242424242dd8448eb211c-4242 4242 4242 4242',
      '0afe4242424242424242dd8448eb211c-[REDACTED]',
    ],
    ['one among wide characters', 'é€ 4242424242424242 €', 'é€ [REDACTED] €'],
  ])('finds a card number with %s', (_what, text, redacted) => {
    expect(redactText(text)).toBe(redacted);
  });

  it('hides every one of many secrets, however much is between them', () => {
    const gaps = ['', 'é', '€', 'x'.repeat(255), 'x'.repeat(256), 'x'.repeat(5_000)];
    const text = (value: string): string =>
      Array.from({ length: 5_000 }, (_none, index) => `${gaps[index % gaps.length]};token=${value};`).join('');
    // Not compared as texts: nobody could read the difference.
    expect(redactText(text('Canary')) === text('[REDACTED]')).toBe(true);
  });

  it.each([
    ['numbers that are no cards', 'at 1795400000000, order 4242424242424241'],
    [
      'an id with what looks like a card number in it',
      '01a21f73-6433-7411-9789-26a1dc0d6356 55356876-1720-4197-9ab0-a0f1edb10158',
    ],
    ['the id of a trace with what looks like a card number in it', '0afe4242424242424242dd8448eb211c'],
    ['ordinary words', 'The basic plan is discarded: wildcards are tokenised'],
    ['ids', '0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b'],
    ['packages in a stack', 'at /app/node_modules/fastify@5.6.0/lib/reply.js:10:3'],
    ['an operation', 'operation create_session took 12 ms'],
  ])('leaves %s alone', (_what, text) => {
    expect(redactText(text)).toBe(text);
  });

  it('masks e-mail addresses', () => {
    expect(redactText('to jane.doe+x@mail.example.com, ü@example.org and bob%40example.com')).toBe(
      'to j***@mail.example.com, ü***@example.org and b***%40example.com',
    );
  });

  it('hides a secret under any sensitive name within any surroundings', () => {
    const names = fc.constantFrom(
      'password',
      'userPassword',
      'X-Api-Key',
      'refresh_token',
      'client_secret',
      'set-cookie',
    );
    const noise = fc.string({ unit: 'binary-ascii', maxLength: 40 });
    fc.assert(
      fc.property(names, noise, noise, (name, before, after) => {
        const text = JSON.stringify({ before, nested: { [name]: `${SECRET}${after}` } });
        expect(redactText(text)).not.toContain('Canary');
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  /** A thousandth of what quadratic time would take on the slowest of machines, and ten times what linear time takes. */
  const LIMIT_MS = 500;
  const MEBIBYTE = 1_048_576;
  it.each(HOSTILE_UNITS.map((unit) => [JSON.stringify(unit), unit] as const))(
    'reads a mebibyte of %s in linear time',
    (_name, unit) => {
      const text = hostileText(unit, MEBIBYTE);
      const before = process.cpuUsage();
      redactText(text);
      expect(process.cpuUsage(before).user / 1_000).toBeLessThan(LIMIT_MS);
    },
  );
});
