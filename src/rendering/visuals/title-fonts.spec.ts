import { isBeyondLatin, titleFontsFor } from './title-fonts.js';

const RANGES: Readonly<Record<string, Record<string, string>>> = {
  '@fontsource-variable/noto-sans-thai': { thai: 'U+02D7,U+0E01-0E5B', 'latin-ext': 'U+0100-02BA' },
  '@fontsource-variable/noto-sans-sc': { '[4]': 'U+1f1e9-1f1f5,U+591c', latin: 'U+0000-00FF' },
};

function filesFor(text: string): readonly string[] {
  return titleFontsFor(text, (name) => RANGES[name] ?? {}).map(({ file }) => file);
}

describe('titleFontsFor', () => {
  it('takes one font for what is plain Latin, and asks for no index', () => {
    const ask = (): never => {
      throw new Error('No index is needed');
    };
    expect(titleFontsFor('Night Drive', ask).map(({ family }) => family)).toEqual(['Oriel Title']);
    expect(isBeyondLatin('Night Drive')).toBe(false);
  });

  it('adds only the parts of the fonts that the text needs, before the one of last resort', () => {
    const files = filesFor('夜');
    expect(files).toContain('@fontsource-variable/noto-sans-sc/files/noto-sans-sc-4-wght-normal.woff2');
    expect(files.filter((file) => file.includes('noto-sans-thai'))).toEqual([]);
    expect(files.at(-1)).toContain('unifontex');
    expect(isBeyondLatin('夜')).toBe(true);
  });

  it.each([
    ['the first of a range', '\u0E01', true],
    ['the last of a range', '\u0E5B', true],
    ['a single code point', '\u02D7', true],
    ['what lies beside a range', '\u0E5C', false],
  ])('finds %s', (_what, text, isIn) => {
    expect(filesFor(text).some((file) => file.includes('noto-sans-thai-thai'))).toBe(isIn);
  });
});
