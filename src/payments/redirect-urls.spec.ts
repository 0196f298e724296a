import { redirectUrls } from './redirect-urls.js';

const SITE = 'https://app.example.com';
const OTHER = 'https://studio.example.com';

describe('redirectUrls', () => {
  it('defaults to our own pages and leaves the session placeholder for Stripe to fill', () => {
    expect(redirectUrls({}, SITE, [])).toEqual({
      successUrl: 'https://app.example.com/?payment=success&session_id={CHECKOUT_SESSION_ID}',
      cancelUrl: 'https://app.example.com/?payment=cancelled',
    });
  });

  it('takes URLs of any of our origins exactly as written', () => {
    const successUrl = `${OTHER}/done?s={CHECKOUT_SESSION_ID}#top`;
    expect(redirectUrls({ successUrl }, SITE, [OTHER]).successUrl).toBe(successUrl);
  });

  it.each([
    'https://evil.example.org/',
    'https://app.example.com.evil.org/',
    'https://app.example.com@evil.org/',
    'https://user:pass@app.example.com/',
    'http://app.example.com/',
    'https://app.example.com:8443/',
    '//app.example.com/',
    '/relative',
    'javascript:alert(1)',
    'data:text/html,x',
    'https:\\\\app.example.com/',
    ' https://app.example.com/',
    'https://app.example.com/\r\nLocation: https://evil.org',
    'https://app.example.com/\u0000',
    `https://app.example.com/${'a'.repeat(2_048)}`,
    '',
  ])('refuses %j', (url) => {
    expect(() => redirectUrls({ successUrl: url }, SITE, [OTHER])).toThrow();
    expect(() => redirectUrls({ cancelUrl: url }, SITE, [OTHER])).toThrow();
  });
});
