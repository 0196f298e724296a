import type { Canvas2D, LayerFactory, Rect } from './canvas.js';
import { GlyphProbe } from './glyph-probe.js';
import { css, type Palette } from './palette.js';

const SMALLEST_SHARE = 0.5;
const ELLIPSIS = '…';
const NOTHING_TO_SEE =
  /[\p{Cc}\p{Cn}\p{Co}\uFFFD\uFEFF\u00AD\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFFF9-\uFFFC]/gu;
/** At most four marks on a letter: more belong to no language and would be drawn across the picture. */
const MARKS_TOO_MANY = /([\p{Mn}\p{Me}]{4})[\p{Mn}\p{Me}]+/gu;
/** The emoji font has its sequences without the variation selector, and no keycaps: with these signs both would fall apart. */
const EMOJI_SIGNS = /[\uFE0F\u20E3]/gu;

/**
 * Makes any text fit to be drawn on one line: no control or formatting characters that could turn the rest around or draw boxes, no
 * unpaired surrogates, no unassigned or private code points (for which no font has a glyph), white space as single spaces, and no
 * towers of combining marks.
 */
export function drawableTitle(title: string): string {
  return title
    .toWellFormed()
    .normalize('NFC')
    .replaceAll(/[\s\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(NOTHING_TO_SEE, '')
    .replaceAll(EMOJI_SIGNS, '')
    .replaceAll(MARKS_TOO_MANY, '$1')
    .trim();
}

/** Paints the title in the middle of its box: smaller when it is long, and cut with an ellipsis only when half the size is not enough. */
export function paintTitle(
  context: Canvas2D,
  title: string,
  box: Rect,
  palette: Palette,
  fontFamilies: readonly string[],
  createLayer: LayerFactory,
): void {
  const families = fontFamilies.map((family) => `"${family}"`).join(', ');
  const text = withGlyphs(createLayer, drawableTitle(title), families);
  if (text === '') return;
  const fullSize = box.height * 0.62;
  const setSize = (sizePx: number): void => {
    context.font = `600 ${sizePx}px ${families}`;
  };
  context.save();
  context.fontVariationSettings = "'wght' 600";
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

/** Leaves out what no font has: a gap reads better than a box. */
function withGlyphs(createLayer: LayerFactory, text: string, families: string): string {
  if (/^[\u0020-\u007E]*$/.test(text)) return text;
  const probe = new GlyphProbe(createLayer, families);
  return Array.from(text, (character) => (probe.has(character) ? character : ''))
    .join('')
    .trim();
}
