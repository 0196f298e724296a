import type { Rect } from '../visuals/index.js';

/**
 * BT.709 in limited range, as 16-bit fixed point: Y 16–235, Cb and Cr 16–240 around 128 (ITU-R BT.709-6, items 3.2–3.4 and 4.6).
 * The rows of Cb and Cr add up to zero, so that grey stays exactly grey.
 */
const Y_R = 11_966;
const Y_G = 40_254;
const Y_B = 4_064;
const Y_BIAS = (16 << 16) + 32_768;
const CB_R = -6_596;
const CB_G = -22_188;
const CB_B = 28_784;
const CR_R = 28_784;
const CR_G = -26_145;
const CR_B = -2_639;
/** Chroma is taken from the sum of four pixels, hence two more bits. */
const C_BIAS = (128 << 18) + (1 << 17);

/**
 * One picture in planar 4:2:0, kept from frame to frame and updated only where the drawing changed. Converting here, in place, costs a
 * fraction of letting the encoder's scaler convert every whole RGBA frame, and the encoder is sent 1.5 bytes a pixel instead of four.
 */
export class YuvFrame {
  readonly bytes: Uint8Array;
  private readonly chromaWidth: number;
  private readonly cbOffset: number;
  private readonly crOffset: number;

  /** @param widthPx - even. @param heightPx - even. */
  constructor(
    private readonly widthPx: number,
    heightPx: number,
  ) {
    this.chromaWidth = widthPx / 2;
    this.cbOffset = widthPx * heightPx;
    this.crOffset = this.cbOffset + (widthPx * heightPx) / 4;
    this.bytes = new Uint8Array((widthPx * heightPx * 3) / 2);
  }

  /**
   * @param rgba - opaque pixels of the rectangle, row by row.
   * @param rect - with even position and size.
   */
  update(rgba: Uint32Array, rect: Rect): void {
    const { bytes, widthPx, chromaWidth, cbOffset, crOffset } = this;
    const { x, y, width, height } = rect;
    for (let row = 0; row < height; row += 2) {
      let source = row * width;
      let luma = (y + row) * widthPx + x;
      let chroma = ((y + row) >> 1) * chromaWidth + (x >> 1);
      for (let column = 0; column < width; column += 2) {
        const a = rgba[source] as number;
        const b = rgba[source + 1] as number;
        const c = rgba[source + width] as number;
        const d = rgba[source + width + 1] as number;
        const ar = a & 255;
        const ag = (a >> 8) & 255;
        const ab = (a >> 16) & 255;
        const br = b & 255;
        const bg = (b >> 8) & 255;
        const bb = (b >> 16) & 255;
        const cr = c & 255;
        const cg = (c >> 8) & 255;
        const cb = (c >> 16) & 255;
        const dr = d & 255;
        const dg = (d >> 8) & 255;
        const db = (d >> 16) & 255;
        bytes[luma] = (Y_R * ar + Y_G * ag + Y_B * ab + Y_BIAS) >> 16;
        bytes[luma + 1] = (Y_R * br + Y_G * bg + Y_B * bb + Y_BIAS) >> 16;
        bytes[luma + widthPx] = (Y_R * cr + Y_G * cg + Y_B * cb + Y_BIAS) >> 16;
        bytes[luma + widthPx + 1] = (Y_R * dr + Y_G * dg + Y_B * db + Y_BIAS) >> 16;
        const r = ar + br + cr + dr;
        const g = ag + bg + cg + dg;
        const blue = ab + bb + cb + db;
        bytes[cbOffset + chroma] = (CB_R * r + CB_G * g + CB_B * blue + C_BIAS) >> 18;
        bytes[crOffset + chroma] = (CR_R * r + CR_G * g + CR_B * blue + C_BIAS) >> 18;
        source += 2;
        luma += 2;
        chroma += 1;
      }
      // The second row of each pair was converted together with the first.
    }
  }
}
