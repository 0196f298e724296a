import { isAllowedHost, problemOfWebhookUrl } from './webhook-url.js';

describe('problemOfWebhookUrl', () => {
  it.each([
    'https://hooks.example.com/alerts?team=1',
    'http://hooks.example.com:8080/',
    'https://93.184.216.34/x',
    'https://[2606:4700:4700::1111]/x',
  ])('finds nothing wrong with %s', (url) => {
    expect(problemOfWebhookUrl(url, [])).toBeNull();
  });

  it.each([
    ['hooks.example.com', 'complete URL'],
    ['/alerts', 'complete URL'],
    [`https://example.com/${'x'.repeat(2_000)}`, 'complete URL'],
    ['ftp://example.com/', 'begin with'],
    ['file:///etc/passwd', 'begin with'],
    ['javascript:alert(1)', 'begin with'],
    ['https://user:pass@example.com/', 'user name'],
    ['http://localhost/', 'public address'],
    ['http://a.localhost./', 'public address'],
    ['http://127.0.0.1/', 'public address'],
    ['http://127.1/', 'public address'],
    ['http://2130706433/', 'public address'],
    ['http://0x7f.1/', 'public address'],
    ['http://0177.0.0.1/', 'public address'],
    ['http://①②⑦.0.0.1/', 'public address'],
    ['http://169.254.169.254/latest/meta-data/', 'public address'],
    ['http://[::1]/', 'public address'],
    ['http://[::ffff:10.0.0.1]/', 'public address'],
  ])('refuses %s', (url, reason) => {
    expect(problemOfWebhookUrl(url, [])).toContain(reason);
  });

  it('lets the allow-list vouch for hosts, and for nothing but hosts', () => {
    const allowed = ['127.0.0.1', 'localhost', '[::1]'];
    for (const url of ['http://127.0.0.1:8080/x', 'http://LOCALHOST./', 'http://[::1]/', 'http://2130706433/']) {
      expect(problemOfWebhookUrl(url, allowed)).toBeNull();
    }
    expect(problemOfWebhookUrl('ftp://127.0.0.1/', allowed)).toContain('begin with');
    expect(isAllowedHost('evil-localhost', allowed)).toBe(false);
    expect(isAllowedHost('x.localhost', allowed)).toBe(false);
  });
});
