import { drawableTitle } from './title.js';

describe('drawableTitle', () => {
  it.each([
    ['leaves an ordinary title alone', 'Midnight Drive — Neon Skyline', 'Midnight Drive — Neon Skyline'],
    ['drops unpaired surrogates', 'a\uD800b\uDC00c', 'abc'],
    ['drops control characters', 'a\u0000b\u0007c\u001Bd', 'abcd'],
    ['makes every kind of white space one space', '  a\t\n\u2028 b\u3000c ', 'a b c'],
    ['drops marks that turn the text around', 'abc\u202Edef\u2066g\u200F', 'abcdefg'],
    [
      'keeps the joiners that scripts and emoji need',
      '\u0646\u200C\u0627 \u{1F469}\u200D\u{1F467}',
      '\u0646\u200C\u0627 \u{1F469}\u200D\u{1F467}',
    ],
    ['drops private and unassigned code points', 'a\uE000b\u0378c\u{10FFFF}', 'abc'],
    ['cuts towers of marks down to four', `A${'\u0330'.repeat(40)}B`, `A${'\u0330'.repeat(4)}B`],
    ['takes the digit out of a keycap', '1\uFE0F\u20E3', '1'],
    ['gives nothing for a title of nothing', '\u200B\u202E \uFEFF', ''],
  ])('%s', (_, title, expected) => {
    expect(drawableTitle(title)).toBe(expected);
  });
});
