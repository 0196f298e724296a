import { contrast, paletteOf, parseHexColor, rotateHue } from './palette.js';

describe('paletteOf', () => {
  it.each([
    ['#000000', '#000000'],
    ['#ffffff', '#ffffff'],
    ['#0b0b1a', '#0b0b1a'],
    ['#101010', '#000000'],
    ['#FFFFFE', '#ffffff'],
    ['#777777', '#777777'],
  ])('keeps an accent of %s visible on %s', (color, background) => {
    const palette = paletteOf(color, background);
    expect(contrast(palette.accent, palette.background)).toBeGreaterThan(2);
    expect(contrast(palette.text, palette.background)).toBeGreaterThan(3);
  });

  it('leaves a colour that stands out as it is', () => {
    expect(paletteOf('#FF2D78', '#0b0b1a').accent).toEqual(parseHexColor('#ff2d78'));
  });

  it('adds light on dark and lays it over on light', () => {
    expect(paletteOf('#ff2d78', '#000000').glowOperation).toBe('lighter');
    expect(paletteOf('#ff2d78', '#ffffff').glowOperation).toBe('source-over');
  });
});

describe('rotateHue', () => {
  it('comes back after a full turn and leaves grey alone', () => {
    const { r, g, b } = rotateHue({ r: 200, g: 40, b: 90 }, 360);
    expect([r, g, b].map(Math.round)).toEqual([200, 40, 90]);
    expect(rotateHue({ r: 90, g: 90, b: 90 }, 48)).toEqual({ r: 90, g: 90, b: 90 });
  });
});
