/** What every mail is made of; all of it plain text. */
export interface MailLayout {
  readonly subject: string;
  readonly heading: string;
  readonly paragraphs: readonly string[];
  readonly button?: { readonly label: string; readonly link: string };
  /** Rows of a small table, as in a receipt. */
  readonly facts?: readonly (readonly [label: string, value: string])[];
  readonly note?: string;
}

export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const BRAND = 'Oriel Signal FX Pro';
const FONT = "font-family:'Segoe UI',Helvetica,Arial,sans-serif";

/** Lays a mail out as text and as HTML that mail programs understand (tables, inline styles, nothing fetched). */
export function renderLayout(layout: MailLayout): RenderedMail {
  return { subject: singleLine(layout.subject), text: renderText(layout), html: renderHtml(layout) };
}

function renderText({ heading, paragraphs, button, facts = [], note }: MailLayout): string {
  const parts = [
    heading,
    ...paragraphs,
    ...(facts.length === 0 ? [] : [facts.map(([label, value]) => `${label}: ${value}`).join('\n')]),
    ...(button === undefined ? [] : [`${button.label}:\n${button.link}`]),
    ...(note === undefined ? [] : [note]),
    `-- \n${BRAND}`,
  ];
  return `${parts.join('\n\n')}\n`;
}

function renderHtml({ subject, heading, paragraphs, button, facts = [], note }: MailLayout): string {
  const body = [
    `<h1 style="margin:0 0 20px;font-size:22px;line-height:1.3;color:#14121f">${escapeHtml(heading)}</h1>`,
    ...paragraphs.map((text) => `<p style="margin:0 0 16px;font-size:16px;line-height:1.6">${escapeHtml(text)}</p>`),
    ...(facts.length === 0 ? [] : [renderFacts(facts)]),
    ...(button === undefined ? [] : [renderButton(button.label, button.link)]),
    ...(note === undefined
      ? []
      : [`<p style="margin:24px 0 0;font-size:13px;line-height:1.5;color:#6b6880">${escapeHtml(note)}</p>`]),
  ].join('\n');
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(singleLine(subject))}</title></head>
<body style="margin:0;background:#f3f2f8;color:#3a374d;${FONT}">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:32px 16px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px">
<tr><td style="padding:0 8px 16px;font-size:14px;font-weight:600;letter-spacing:.04em;color:#5b3fd6">${BRAND}</td></tr>
<tr><td style="background:#ffffff;border-radius:12px;padding:36px 32px">
${body}
</td></tr>
</table>
</td></tr></table>
</body>
</html>
`;
}

function renderButton(label: string, link: string): string {
  const style =
    'display:inline-block;background:#5b3fd6;color:#ffffff;text-decoration:none;font-size:16px;font-weight:600;border-radius:8px;padding:12px 28px';
  return `<p style="margin:24px 0"><a href="${escapeHtml(webLink(link))}" style="${style}">${escapeHtml(label)}</a></p>`;
}

function renderFacts(facts: readonly (readonly [string, string])[]): string {
  const cell = 'padding:8px 0;border-bottom:1px solid #e8e6f2;font-size:15px';
  const rows = facts.map(
    ([label, value]) =>
      `<tr><td style="${cell};color:#6b6880">${escapeHtml(label)}</td><td align="right" style="${cell}">${escapeHtml(value)}</td></tr>`,
  );
  return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="margin:8px 0 16px">${rows.join('')}</table>`;
}

/** Makes a text harmless in HTML content and in quoted attributes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A subject is a header: no line of it may begin another one. */
function singleLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}

/** Only links to pages; a `javascript:` or `data:` address in a mail would be somebody else's. */
function webLink(link: string): string {
  const protocol = URL.parse(link)?.protocol;
  if (protocol !== 'https:' && protocol !== 'http:') {
    throw new TypeError('A mail links to web pages only');
  }
  return link;
}
