/** A colour with channels 0–255. */
export interface Rgb {
  readonly r: number;
  readonly g: number;
  readonly b: number;
}

/** Every colour a look uses, derived from the two the customer chose. */
export interface Palette {
  readonly background: Rgb;
  readonly accent: Rgb;
  /** The accent, nearer to the text colour: peaks, bright cores. */
  readonly bright: Rgb;
  /** A neighbour of the accent on the colour wheel: the far end of gradients. */
  readonly companion: Rgb;
  readonly text: Rgb;
  /** Light adds up on a dark background; on a light one glow is laid over. */
  readonly glowOperation: 'lighter' | 'source-over';
  readonly isDark: boolean;
}

const MINIMUM_CONTRAST = 2.4;

/** @param hex - `#rrggbb` in any case. */
export function parseHexColor(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return { r: (value >> 16) & 255, g: (value >> 8) & 255, b: value & 255 };
}

/** CSS notation with an opacity of 0–1. */
export function css(color: Rgb, opacity = 1): string {
  return `rgba(${Math.round(color.r)}, ${Math.round(color.g)}, ${Math.round(color.b)}, ${opacity})`;
}

/** @param amount - 0 gives `a`, 1 gives `b`. */
export function mix(a: Rgb, b: Rgb, amount: number): Rgb {
  return { r: a.r + (b.r - a.r) * amount, g: a.g + (b.g - a.g) * amount, b: a.b + (b.b - a.b) * amount };
}

/** Relative luminance 0–1 (WCAG 2.2). */
export function luminance(color: Rgb): number {
  const linear = (channel: number): number => {
    const c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b);
}

/** Contrast ratio 1–21 (WCAG 2.2). */
export function contrast(a: Rgb, b: Rgb): number {
  const [la, lb] = [luminance(a), luminance(b)];
  return (Math.max(la, lb) + 0.05) / (Math.min(la, lb) + 0.05);
}

/** Turns the hue by `degrees`, keeping lightness and saturation (HSL). */
export function rotateHue(color: Rgb, degrees: number): Rgb {
  const { hue, saturation, lightness } = toHsl(color);
  return fromHsl((((hue + degrees) % 360) + 360) % 360, saturation, lightness);
}

/**
 * Derives the colours of a look. An accent that could not be told from the background (black on black) is moved towards white or
 * black until it can, so that no choice of colours gives an empty video.
 */
export function paletteOf(colorHex: string, backgroundHex: string): Palette {
  const background = parseHexColor(backgroundHex);
  const isDark = luminance(background) < 0.3;
  const pole: Rgb = isDark ? { r: 255, g: 255, b: 255 } : { r: 0, g: 0, b: 0 };
  let accent = parseHexColor(colorHex);
  for (let step = 0; step < 20 && contrast(accent, background) < MINIMUM_CONTRAST; step += 1) {
    accent = mix(accent, pole, 0.1);
  }
  return {
    background,
    accent,
    bright: mix(accent, pole, 0.55),
    companion: rotateHue(accent, 48),
    text: mix(pole, background, 0.06),
    glowOperation: isDark ? 'lighter' : 'source-over',
    isDark,
  };
}

function toHsl({ r, g, b }: Rgb): { hue: number; saturation: number; lightness: number } {
  const [rn, gn, bn] = [r / 255, g / 255, b / 255];
  const max = Math.max(rn, gn, bn);
  const min = Math.min(rn, gn, bn);
  const lightness = (max + min) / 2;
  const chroma = max - min;
  if (chroma === 0) return { hue: 0, saturation: 0, lightness };
  const saturation = chroma / (1 - Math.abs(2 * lightness - 1));
  let sector = (rn - gn) / chroma + 4;
  if (max === rn) sector = (gn - bn) / chroma;
  else if (max === gn) sector = (bn - rn) / chroma + 2;
  return { hue: sector * 60, saturation, lightness };
}

function fromHsl(hue: number, saturation: number, lightness: number): Rgb {
  const a = saturation * Math.min(lightness, 1 - lightness);
  const channel = (n: number): number => {
    const k = (n + hue / 30) % 12;
    return 255 * (lightness - a * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return { r: channel(0), g: channel(8), b: channel(4) };
}
