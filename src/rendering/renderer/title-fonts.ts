import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { GlobalFonts } from '@napi-rs/canvas';
import { titleFontsFor, type UnicodeRanges } from '../visuals/index.js';

const require = createRequire(import.meta.url);

/**
 * Loads the fonts that this text needs, all from npm packages and none of the machine's, so that a title looks the same everywhere.
 *
 * @returns font families in order of preference.
 * @throws Error when a font file is missing or broken: the installation is.
 */
export function loadTitleFonts(text: string): readonly string[] {
  const fonts = titleFontsFor(text, rangesOf);
  for (const { family, file } of fonts) register(family, require.resolve(file));
  return fonts.map(({ family }) => family);
}

function rangesOf(packageName: string): UnicodeRanges {
  return JSON.parse(readFileSync(require.resolve(`${packageName}/unicode.json`), 'utf8')) as UnicodeRanges;
}

function register(family: string, path: string): void {
  if (GlobalFonts.has(family)) return;
  if (GlobalFonts.registerFromPath(path, family) === null) throw new Error(`The font file ${path} cannot be read`);
}
