/** A font file for titles, by its path among the installed packages. */
export interface TitleFont {
  readonly family: string;
  readonly file: string;
}

/** Ranges of code points by subset, as `unicode.json` of a font's package has them. */
export type UnicodeRanges = Readonly<Record<string, string>>;

/** A font cut into files by ranges of code points, of which only the needed ones are loaded. */
interface SplitFont {
  readonly family: string;
  readonly packageName: string;
  readonly fileOf: (subset: string) => string;
}

const LATIN: TitleFont = {
  family: 'Oriel Title',
  file: '@expo-google-fonts/noto-sans/600SemiBold/NotoSans_600SemiBold.ttf',
};
const EMOJI: TitleFont = { family: 'Oriel Title Emoji', file: 'twemoji-colr-font/twemoji.woff2' };
/** Its package's index of ranges leaves out the mathematical alphabets, which people use for fancy titles. */
const MATH: TitleFont = {
  family: 'Oriel Title Math',
  file: '@fontsource/noto-sans-math/files/noto-sans-math-latin-400-normal.woff2',
};
const LAST_RESORT: TitleFont = {
  family: 'Oriel Title Rest',
  file: '@fontsource/unifontex/files/unifontex-latin-400-normal.woff2',
};

const SCRIPTS = ['arabic', 'hebrew', 'thai', 'bengali', 'tamil', 'telugu', 'kr', 'sc'] as const;

const SPLIT: readonly SplitFont[] = [
  ...SCRIPTS.map((script) => ({
    family: `Oriel Title ${script}`,
    packageName: `@fontsource-variable/noto-sans-${script}`,
    fileOf: (subset: string) => `noto-sans-${script}-${subset}-wght-normal.woff2`,
  })),
  {
    family: 'Oriel Title Symbols',
    packageName: '@fontsource/noto-sans-symbols-2',
    fileOf: (subset: string) => `noto-sans-symbols-2-${subset}-400-normal.woff2`,
  },
];

/** Whether the one font of Latin titles is not enough. */
export function isBeyondLatin(text: string): boolean {
  return codePointsBeyondLatin(text).length > 0;
}

/**
 * The fonts that this text needs, so that a title looks the same wherever it is drawn.
 *
 * @param rangesOf - the index of a font's package; asked only for texts beyond Latin.
 * @returns fonts in order of preference: Noto Sans, colour emoji, the Noto fonts of the text's scripts and symbols, and for whatever
 *   is left a font that has a glyph for nearly every character of the basic plane.
 */
export function titleFontsFor(text: string, rangesOf: (packageName: string) => UnicodeRanges): readonly TitleFont[] {
  const codePoints = codePointsBeyondLatin(text);
  if (codePoints.length === 0) return [LATIN];
  const subsets = SPLIT.flatMap((font) => subsetsOf(font, rangesOf(font.packageName), codePoints));
  return [LATIN, EMOJI, ...subsets, MATH, LAST_RESORT];
}

function codePointsBeyondLatin(text: string): readonly number[] {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0).filter((code) => code > 0x7e);
}

function subsetsOf(font: SplitFont, ranges: UnicodeRanges, codePoints: readonly number[]): readonly TitleFont[] {
  return Object.entries(ranges)
    .filter(([, range]) => codePoints.some((code) => covers(range, code)))
    .map(([key]) => {
      const subset = key.replaceAll(/[[\]]/g, '');
      return { family: `${font.family} ${subset}`, file: `${font.packageName}/files/${font.fileOf(subset)}` };
    });
}

/** @param range - a CSS `unicode-range` such as `U+41-5a,U+3042`. */
function covers(range: string, codePoint: number): boolean {
  return range.split(',').some((part) => {
    const [from = '', to = from] = part.trim().slice(2).split('-');
    return codePoint >= Number.parseInt(from, 16) && codePoint <= Number.parseInt(to, 16);
  });
}
