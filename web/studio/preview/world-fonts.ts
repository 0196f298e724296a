import type { UnicodeRanges } from '../../../src/rendering/visuals/index.ts';

const PACKAGES = '../../../node_modules/';

const INDEXES = import.meta.glob<UnicodeRanges>(
  [
    '../../../node_modules/@fontsource-variable/noto-sans-*/unicode.json',
    '../../../node_modules/@fontsource/noto-sans-symbols-2/unicode.json',
  ],
  { eager: true, import: 'default', exhaustive: true },
);

const URLS = import.meta.glob<string>(
  [
    '../../../node_modules/@fontsource-variable/noto-sans-*/files/*-wght-normal.woff2',
    '../../../node_modules/@fontsource/noto-sans-{symbols-2,math}/files/*.woff2',
    '../../../node_modules/@fontsource/unifontex/files/*.woff2',
    '../../../node_modules/twemoji-colr-font/twemoji.woff2',
  ],
  { eager: true, query: '?url', import: 'default', exhaustive: true },
);

/** Which subset of a font has which code points. */
export function rangesOf(packageName: string): UnicodeRanges {
  return INDEXES[`${PACKAGES}${packageName}/unicode.json`] ?? {};
}

/** Where a font file of an installed package is served. */
export function urlOf(file: string): string | undefined {
  return URLS[`${PACKAGES}${file}`];
}
