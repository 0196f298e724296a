import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GlobalFonts } from '@napi-rs/canvas';

const require = createRequire(import.meta.url);

/** A font of one file for all it covers. */
interface WholeFont {
  readonly family: string;
  readonly file: string;
}

/** A font cut into files by ranges of code points, of which only the needed ones are loaded. */
interface SplitFont {
  readonly family: string;
  readonly packageName: string;
  readonly fileOf: (subset: string) => string;
}

const LATIN: WholeFont = {
  family: 'Oriel Title',
  file: '@expo-google-fonts/noto-sans/600SemiBold/NotoSans_600SemiBold.ttf',
};
const EMOJI: WholeFont = { family: 'Oriel Title Emoji', file: 'twemoji-colr-font/twemoji.woff2' };
/** Its package's index of ranges leaves out the mathematical alphabets, which people use for fancy titles. */
const MATH: WholeFont = {
  family: 'Oriel Title Math',
  file: '@fontsource/noto-sans-math/files/noto-sans-math-latin-400-normal.woff2',
};
const LAST_RESORT: WholeFont = {
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

/**
 * Loads the fonts that this text needs, all from npm packages and none of the machine's, so that a title looks the same everywhere.
 *
 * @returns font families in order of preference: Noto Sans, colour emoji, the Noto fonts of the text's scripts and symbols, and for
 *   whatever is left a font that has a glyph for nearly every character of the basic plane.
 * @throws Error when a font file is missing or broken: the installation is.
 */
export function loadTitleFonts(text: string): readonly string[] {
  register(LATIN.family, require.resolve(LATIN.file));
  const beyondLatin = Array.from(text, (character) => character.codePointAt(0) ?? 0).filter((code) => code > 0x7e);
  if (beyondLatin.length === 0) return [LATIN.family];
  for (const { family, file } of [EMOJI, MATH, LAST_RESORT]) register(family, require.resolve(file));
  const subsets = SPLIT.flatMap((font) => loadSubsets(font, beyondLatin));
  return [LATIN.family, EMOJI.family, ...subsets, MATH.family, LAST_RESORT.family];
}

function loadSubsets(font: SplitFont, codePoints: readonly number[]): readonly string[] {
  const index = require.resolve(`${font.packageName}/unicode.json`);
  const ranges = JSON.parse(readFileSync(index, 'utf8')) as Record<string, string>;
  return Object.entries(ranges)
    .filter(([, range]) => codePoints.some((code) => covers(range, code)))
    .map(([key]) => {
      const subset = key.replaceAll(/[[\]]/g, '');
      const family = `${font.family} ${subset}`;
      register(family, join(dirname(index), 'files', font.fileOf(subset)));
      return family;
    });
}

/** @param range - a CSS `unicode-range` value such as `U+41-5a,U+3042`. */
export function covers(range: string, codePoint: number): boolean {
  return range.split(',').some((part) => {
    const [from = '', to = from] = part.trim().slice(2).split('-');
    return codePoint >= Number.parseInt(from, 16) && codePoint <= Number.parseInt(to, 16);
  });
}

function register(family: string, path: string): void {
  if (GlobalFonts.has(family)) return;
  if (GlobalFonts.registerFromPath(path, family) === null) throw new Error(`The font file ${path} cannot be read`);
}
