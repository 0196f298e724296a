import latin from '@expo-google-fonts/noto-sans/600SemiBold/NotoSans_600SemiBold.ttf?url';
import { isBeyondLatin, type TitleFont, titleFontsFor } from '../../../src/rendering/visuals/index.ts';

const WEIGHTS = { weight: '100 900' } as const;

/**
 * Loads the fonts of a title, the very files of the renderer. Those beyond Latin are looked up only where a title needs them.
 *
 * @returns families in order of preference
 * @throws DOMException or TypeError when one cannot be loaded now
 */
export async function loadTitleFonts(title: string): Promise<readonly string[]> {
  const world = isBeyondLatin(title) ? await import('./world-fonts.ts') : null;
  const fonts = titleFontsFor(title, (packageName) => world?.rangesOf(packageName) ?? {});
  await Promise.all(fonts.map((font, index) => load(font, index === 0 ? latin : world?.urlOf(font.file))));
  return fonts.map(({ family }) => family);
}

async function load({ family, file }: TitleFont, url: string | undefined): Promise<void> {
  if (url === undefined) throw new Error(`The font file ${file} is not part of the page`);
  if ([...document.fonts].some((loaded) => loaded.family === family)) return;
  document.fonts.add(await new FontFace(family, `url("${url}")`, WEIGHTS).load());
}
