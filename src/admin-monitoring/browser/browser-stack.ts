const MAX_FRAMES = 50;
const MAX_LINE = 500;

/** `    at fn (url:line:column)` or `    at url:line:column`: V8. */
const CHROME =
  /^\s{0,8}at (?:async )?(?:(?<fn>[^()]{1,200}) \()?(?<url>[^()]{1,400}):(?<line>\d{1,7}):(?<column>\d{1,7})\)?$/;
/** `fn@url:line:column`: SpiderMonkey and JavaScriptCore. */
const FIREFOX = /^(?:(?<fn>[^@]{0,200})@)?(?<url>[^@]{1,400}):(?<line>\d{1,7}):(?<column>\d{1,7})$/;

/** The part of a bundle's name that its content decides, which is another one in every release. */
const CONTENT_HASH = /[.-](?=[\w-]*[A-Z\d])[\w-]{8,40}(?=\.[cm]?js$)/;

/**
 * The frames of a browser's stack, each as V8 writes it, with the path of the file alone: neither browser, nor origin, nor build
 * tells two occurrences of the same defect apart.
 */
export function browserFrames(stack: string): readonly string[] {
  const frames: string[] = [];
  for (const text of stack.split('\n')) {
    if (frames.length >= MAX_FRAMES) break;
    if (text.length > MAX_LINE) continue;
    const { fn = '', url = '', line, column } = (CHROME.exec(text) ?? FIREFOX.exec(text))?.groups ?? {};
    const path = pathOf(url);
    if (path !== null) frames.push(`    at ${fn === '' ? '<anonymous>' : fn} (${path}:${line}:${column})`);
  }
  return frames;
}

/** Path of a file of a page, or of the page itself; null for what has none, such as an extension's script. */
export function pathOf(url: string): string | null {
  if (!/^https?:/.test(url) || !URL.canParse(url)) return null;
  return new URL(url).pathname.replace(CONTENT_HASH, '');
}
