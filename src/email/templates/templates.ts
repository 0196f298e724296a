import { type MailLayout, type RenderedMail, renderLayout } from './layout.js';
import type { MailContent, MailData, MailTemplate } from './mail-data.js';

type Templates = { readonly [Template in MailTemplate]: (data: MailData[Template]) => MailLayout };

const NOT_YOU = 'If this was not you, you can ignore this message.';

const TEMPLATES: Templates = {
  verify_email: ({ link }) => ({
    subject: 'Please confirm your e-mail address',
    heading: 'Confirm your e-mail address',
    paragraphs: [
      'Welcome! Please confirm that this address is yours, so that we can tell you when your videos are ready.',
    ],
    button: { label: 'Confirm address', link },
    note: NOT_YOU,
  }),
  password_reset: ({ link }) => ({
    subject: 'Reset your password',
    heading: 'Reset your password',
    paragraphs: ['Somebody asked for a new password for your account. The link works once and for one hour.'],
    button: { label: 'Choose a new password', link },
    note: `${NOT_YOU} Your password stays as it is.`,
  }),
  password_changed: () => ({
    subject: 'Your password was changed',
    heading: 'Your password was changed',
    paragraphs: ['The password of your account has just been changed, and all devices were signed out.'],
    note: 'If this was not you, please reset your password at once and contact us.',
  }),
  payment_receipt: ({ tierName, amountCents, currency }) => ({
    subject: 'Your receipt',
    heading: 'Thank you for your payment',
    paragraphs: ['We have received your payment. It is good for one video, whenever you like.'],
    facts: [
      ['Plan', tierName],
      ['Amount', money(amountCents, currency)],
    ],
  }),
  render_completed: ({ title, link }) => ({
    subject: `Your video is ready: ${title}`,
    heading: 'Your video is ready',
    paragraphs: [`“${title}” has been rendered. You can watch and download it for 30 days.`],
    button: { label: 'Open your video', link },
  }),
  render_failed: ({ title, reason }) => ({
    subject: `Your video could not be made: ${title}`,
    heading: 'Your video could not be made',
    paragraphs: [
      `We are sorry: “${title}” could not be rendered. ${reason}`,
      'Your payment is not lost: you can use it for another video.',
    ],
  }),
  alert: ({ subject, heading, text, facts }) => ({
    subject,
    heading,
    paragraphs: [text],
    facts,
    note: 'You get this message because you are an administrator, or because an alert rule names this address.',
  }),
};

/** Subject, text and HTML of a mail. Pure: the same content gives the same mail. */
export function renderMail(content: MailContent): RenderedMail {
  return renderLayout(layoutOf(content));
}

function layoutOf<Template extends MailTemplate>(content: {
  readonly template: Template;
  readonly data: MailData[Template];
}): MailLayout {
  return TEMPLATES[content.template](content.data);
}

function money(amountCents: number, currency: string): string {
  return new Intl.NumberFormat('en', { style: 'currency', currency: currency.toUpperCase() }).format(amountCents / 100);
}
