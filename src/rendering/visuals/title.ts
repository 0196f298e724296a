import type { Canvas2D, Rect } from './canvas.js';
import { css, type Palette } from './palette.js';

const SMALLEST_SHARE = 0.5;
const LARGEST_MARK_STACK = 4;
const ELLIPSIS = '…';

/**
 * Makes any text fit to be drawn on one line: no control or formatting characters that could turn the rest around or draw boxes, no
 * unpaired surrogates, no unassigned or private code points (for which no font has a glyph), white space as single spaces, and at most
 * {@link LARGEST_MARK_STACK} combining marks on a letter.
 */
export function drawableTitle(title: string): string {
  return title
    .toWellFormed()
    .normalize('NFC')
    .replaceAll(/[\s\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(
      /[\p{Cc}\p{Cn}\p{Co}\uFFFD\uFEFF\u00AD\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFFF9-\uFFFC]/gu,
      '',
    )
    .replaceAll(
      /(?<![\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Telugu}])([\p{Mn}\p{Me}]{4})[\p{Mn}\p{Me}]+/gu,
      '$1',
    )
    .replaceAll(/\uFE0F/gu, '')
    .trim();
}

/** Paints the title in the middle of its box: smaller when it is long, and cut with an ellipsis only when half the size is not enough. */
export function paintTitle(
  context: Canvas2D,
  title: string,
  box: Rect,
  palette: Palette,
  fontFamilies: readonly string[],
): void {
  const text = drawableTitle(title);
  if (text === '') return;
  const families = fontFamilies.map((family) => `"${family}"`).join(', ');
  const fullSize = box.height * 0.62;
  const setSize = (sizePx: number): void => {
    context.font = `600 ${sizePx}px ${families}`;
  };
  context.save();
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = css(palette.text, 0.96);
  setSize(fullSize);
  const width = context.measureText(text).width;
  const share = Math.max(SMALLEST_SHARE, Math.min(1, box.width / Math.max(width, 1)));
  setSize(fullSize * share);
  context.beginPath();
  context.rect(box.x, box.y - box.height * 0.25, box.width, box.height * 1.5);
  context.clip();
  context.fillText(fitted(context, text, box.width), box.x + box.width / 2, box.y + box.height / 2);
  context.restore();
}

/** The longest beginning that fits, in whole user-perceived characters, with an ellipsis when something is missing. */
function fitted(context: Canvas2D, text: string, widthPx: number): string {
  if (context.measureText(text).width <= widthPx) return text;
  const characters = Array.from(
    new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text),
    ({ segment }) => segment,
  );
  let fits = 0;
  let tooLong = characters.length;
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    const candidate = characters.slice(0, middle).join('').trimEnd() + ELLIPSIS;
    if (context.measureText(candidate).width <= widthPx) fits = middle;
    else tooLong = middle;
  }
  return characters.slice(0, fits).join('').trimEnd() + ELLIPSIS;
}
