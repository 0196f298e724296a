import type { MailContent } from './mail-data.js';
import { renderMail } from './templates.js';

const LINK = 'https://app.example.com/verify-email?token=abc&x=1';
const HOSTILE = `"><script>alert('1')</script>\r\nBcc: victim@example.com`;

const MAILS: readonly MailContent[] = [
  { template: 'verify_email', data: { link: LINK } },
  { template: 'password_reset', data: { link: LINK } },
  { template: 'password_changed', data: {} },
  { template: 'payment_receipt', data: { tierName: 'Standard', amountCents: 999, currency: 'usd' } },
  { template: 'render_completed', data: { title: 'My song', link: LINK } },
  { template: 'render_failed', data: { title: 'My song', reason: 'The track could not be read.' } },
  {
    template: 'alert',
    data: {
      subject: 'Alert: Circuit opened',
      heading: 'Circuit opened (stripe)',
      text: 'A circuit opened within 5 min.',
      facts: [['Fired at', '2030-01-01T00:00:00.000Z']],
    },
  },
];

describe('mail templates', () => {
  it.each(MAILS)('give $template a subject, a text and a page of its own', (content) => {
    const mail = renderMail(content);
    expect(mail.subject).toMatch(/^[^\r\n]{5,100}$/);
    expect(mail.text.length).toBeGreaterThan(40);
    expect(mail.html).toMatch(/^<!doctype html>/);
    expect(mail.html).toContain('</html>');
  });

  it('show a link as it is in the text and escaped in the page', () => {
    const mail = renderMail({ template: 'verify_email', data: { link: LINK } });
    expect(mail.text).toContain(LINK);
    expect(mail.html).toContain('href="https://app.example.com/verify-email?token=abc&#38;x=1"');
  });

  it('name what was paid', () => {
    const mail = renderMail({
      template: 'payment_receipt',
      data: { tierName: 'Standard', amountCents: 999, currency: 'usd' },
    });
    expect(mail.text).toContain('Plan: Standard');
    expect(mail.text).toContain('Amount: $9.99');
  });

  it('let no text become markup or a header', () => {
    for (const content of [
      { template: 'render_completed', data: { title: HOSTILE, link: LINK } },
      { template: 'render_failed', data: { title: HOSTILE, reason: HOSTILE } },
      { template: 'payment_receipt', data: { tierName: HOSTILE, amountCents: 1, currency: 'usd' } },
      { template: 'alert', data: { subject: HOSTILE, heading: HOSTILE, text: HOSTILE, facts: [[HOSTILE, HOSTILE]] } },
    ] satisfies MailContent[]) {
      const mail = renderMail(content);
      expect(mail.html).not.toContain('<script');
      expect(mail.subject).not.toMatch(/[\r\n]/);
    }
  });

  it('refuse a link that is no web page', () => {
    expect(() => renderMail({ template: 'verify_email', data: { link: 'javascript:alert(1)' } })).toThrow(TypeError);
  });
});
