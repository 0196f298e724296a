/** HTML text that may be put into a page as it stands. Everything else is escaped by {@link html}. */
export class Html {
  constructor(readonly text: string) {}
}

type Interpolation = string | number | Html | readonly Html[];

/** Escapes text for element content and for quoted attributes. */
function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Template tag: every interpolation is escaped, except what is {@link Html} already. */
export function html(parts: TemplateStringsArray, ...values: readonly Interpolation[]): Html {
  return new Html(
    parts.reduce((text, part, index) => {
      const value = values[index];
      return text + part + (value === undefined ? '' : render(value));
    }, ''),
  );
}

function render(value: Interpolation): string {
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map((item) => item.text).join('');
  return escapeHtml(String(value));
}

/** No script runs on these pages, and nothing is loaded from elsewhere. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
} as const;

const STYLE = `
:root { color-scheme: light dark; --accent: #5b5bd6; --edge: #8884; --soft: #8881; --bad: #c62a2f; --good: #18794e; }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
main.wide { max-width: 64rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; }
a { color: var(--accent); }
.banner { background: var(--soft); border-bottom: 1px solid var(--edge); padding: .5rem 1.25rem; font-size: .875rem; }
.amount { font-size: 2.25rem; font-weight: 650; margin: .25rem 0 1.5rem; }
.card { border: 1px solid var(--edge); border-radius: 12px; padding: 1.25rem; margin: 1rem 0; }
label { display: block; font-size: .875rem; margin-bottom: .25rem; }
input[type=text] { width: 100%; font: inherit; padding: .6rem .75rem; border: 1px solid var(--edge); border-radius: 8px; background: transparent; color: inherit; }
button { font: inherit; cursor: pointer; border-radius: 8px; border: 1px solid var(--edge); padding: .6rem .9rem; background: var(--soft); color: inherit; }
button.pay { width: 100%; margin-top: .75rem; background: var(--accent); border-color: var(--accent); color: #fff; font-weight: 600; }
button:focus-visible, input:focus-visible, a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.error { border-left: 4px solid var(--bad); padding: .5rem .75rem; background: var(--soft); border-radius: 4px; }
.good { color: var(--good); }
.muted { opacity: .7; font-size: .875rem; }
table { width: 100%; border-collapse: collapse; }
td, th { text-align: left; padding: .5rem .5rem; border-bottom: 1px solid var(--edge); vertical-align: top; }
ul.tests { list-style: none; margin: 0; padding: 0; display: grid; gap: .5rem; }
ul.tests button { width: 100%; text-align: left; display: flex; justify-content: space-between; gap: 1rem; }
code { font-family: ui-monospace, monospace; font-size: .875em; }
iframe { width: 100%; height: 32rem; border: 1px solid var(--edge); border-radius: 8px; background: #fff; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
`;

/** A whole page of the sandbox. */
export function page(title: string, body: Html, options: { readonly wide?: boolean } = {}): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<div class="banner">Sandbox: nothing here is real, no money moves and no mail leaves this machine.</div>
<main class="${options.wide === true ? 'wide' : ''}">${body.text}</main>
</body>
</html>`;
}
