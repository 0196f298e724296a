import type { Layer, LayerFactory } from './canvas.js';

const SIZE_PX = 48;
const FONT_PX = 24;
/** A code point that will never be a character (Unicode Standard, chapter 23.7): every font draws its "missing" box for it. */
const NEVER_A_CHARACTER = '\u{10FFFF}';
const VISIBLE = /^[\p{L}\p{N}\p{P}\p{S}]$/u;

/** Tells whether a list of fonts has a glyph for a character, by looking at what is drawn: a canvas has no other way to ask. */
export class GlyphProbe {
  private readonly layer: Layer;
  private readonly missing: Uint8ClampedArray;
  private readonly known = new Map<string, boolean>();

  /** @param families - a CSS font-family list. */
  constructor(createLayer: LayerFactory, families: string) {
    this.layer = createLayer(SIZE_PX, SIZE_PX);
    const { context } = this.layer;
    context.font = `600 ${FONT_PX}px ${families}`;
    context.textBaseline = 'middle';
    context.fillStyle = '#fff';
    this.missing = this.draw(NEVER_A_CHARACTER);
  }

  /** @param character - one code point; those that draw nothing by themselves (marks, joiners, spaces) count as present. */
  has(character: string): boolean {
    if (!VISIBLE.test(character)) return true;
    const known = this.known.get(character);
    if (known !== undefined) return known;
    const drawn = this.draw(character);
    const has = drawn.some((value, index) => value !== this.missing[index]);
    this.known.set(character, has);
    return has;
  }

  private draw(character: string): Uint8ClampedArray {
    this.layer.context.clearRect(0, 0, SIZE_PX, SIZE_PX);
    this.layer.context.fillText(character, 4, SIZE_PX / 2);
    return this.layer.context.getImageData(0, 0, SIZE_PX, SIZE_PX).data;
  }
}
