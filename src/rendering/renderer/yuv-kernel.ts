import {
  assembleModule,
  type Code,
  get,
  I16X8_ADD,
  I16X8_NARROW_I32X4_S,
  i16Pairs,
  i32,
  I32_ADD,
  I32_LESS,
  i32x4,
  I32X4_ADD,
  I32X4_DOT_I16X8_S,
  I32X4_SHR_S,
  I32X4_SHR_U,
  i32x4Shuffle,
  I8X16_NARROW_I16X8_U,
  repeat,
  sequence,
  set,
  tee,
  V128_AND,
  v128Load,
  v128Store,
  v128Store64Lower,
} from './wasm-assembler.js';

/**
 * BT.709 in limited range in 15-bit fixed point: Y 16–235, Cb and Cr 16–240 around 128 (ITU-R BT.709-6, items 3.2–3.4 and 4.6).
 * The rows of Cb and Cr add up to zero, so that grey stays exactly grey.
 */
export const BT709_LIMITED = {
  bits: 15,
  y: { r: 5_983, g: 20_127, b: 2_032 },
  cb: { r: -3_298, g: -11_094, b: 14_392 },
  cr: { r: 14_392, g: -13_073, b: -1_319 },
} as const;

/** Pixels that one step converts in each of two rows. */
export const KERNEL_WIDTH_PX = 16;

interface Weights {
  readonly r: number;
  readonly g: number;
  readonly b: number;
}

// Parameters of the function.
const [SOURCE, SOURCE_STRIDE, WIDTH, LUMA, LUMA_STRIDE, CB, CR] = [0, 1, 2, 3, 4, 5, 6] as const;
const PARAMETERS = 7;
// Local integers: pixels done, the second row of source and of luma.
const [DONE, SOURCE_BELOW, LUMA_BELOW] = [7, 8, 9] as const;
const INTEGERS = 3;
// Local vectors: red and blue, and green, of four groups of four pixels, first summed over both rows, then over pairs of columns.
const FIRST_VECTOR = PARAMETERS + INTEGERS;
const redBlueOf = (group: number): number => FIRST_VECTOR + group * 2;
const greenOf = (group: number): number => FIRST_VECTOR + group * 2 + 1;
const PIXELS = FIRST_VECTOR + 8;
const ROW_RED_BLUE = PIXELS + 1;
const ROW_GREEN = PIXELS + 2;
const VECTORS = 11;
const GROUPS = [0, 1, 2, 3] as const;

/**
 * Converts two rows of pixels to two rows of luma and one of each chroma with 128-bit SIMD.
 *
 * The signature of the exported `run` is (source, sourceStride, width, luma, lumaStride, cb, cr): byte addresses, strides in bytes, the
 * width in pixels, a multiple of {@link KERNEL_WIDTH_PX}. Chroma is the mean of four pixels.
 */
export function assembleYuvKernel(): Uint8Array<ArrayBuffer> {
  const body = sequence(
    sequence(i32(0), set(DONE)),
    sequence(get(SOURCE), get(SOURCE_STRIDE), I32_ADD, set(SOURCE_BELOW)),
    sequence(get(LUMA), get(LUMA_STRIDE), I32_ADD, set(LUMA_BELOW)),
    repeat(
      lumaRow(SOURCE, LUMA, false),
      lumaRow(SOURCE_BELOW, LUMA_BELOW, true),
      chromaRow(CB, BT709_LIMITED.cb),
      chromaRow(CR, BT709_LIMITED.cr),
      advance(SOURCE, KERNEL_WIDTH_PX * 4),
      advance(SOURCE_BELOW, KERNEL_WIDTH_PX * 4),
      advance(LUMA, KERNEL_WIDTH_PX),
      advance(LUMA_BELOW, KERNEL_WIDTH_PX),
      advance(CB, KERNEL_WIDTH_PX / 2),
      advance(CR, KERNEL_WIDTH_PX / 2),
      sequence(get(DONE), i32(KERNEL_WIDTH_PX), I32_ADD, tee(DONE), get(WIDTH), I32_LESS),
    ),
  );
  return assembleModule(PARAMETERS, INTEGERS, VECTORS, body);
}

/** Luma of sixteen pixels, and their colours set aside for the chroma: kept from the upper row, added from the lower one. */
function lumaRow(source: number, luma: number, isLower: boolean): Code {
  const groups = GROUPS.map((group) =>
    sequence(
      sequence(get(source), v128Load(group * 16), tee(PIXELS)),
      sequence(i32x4(0x00ff00ff), V128_AND, set(ROW_RED_BLUE)),
      sequence(get(PIXELS), i32(8), I32X4_SHR_U, i32x4(0xff), V128_AND, set(ROW_GREEN)),
      keep(redBlueOf(group), ROW_RED_BLUE, isLower),
      keep(greenOf(group), ROW_GREEN, isLower),
      weigh(BT709_LIMITED.y, 16, BT709_LIMITED.bits),
      group % 2 === 1 ? I16X8_NARROW_I32X4_S : [],
    ),
  );
  return sequence(get(luma), ...groups, I8X16_NARROW_I16X8_U, v128Store(0));
}

function keep(sum: number, row: number, isLower: boolean): Code {
  return isLower ? sequence(get(sum), get(row), I16X8_ADD, set(sum)) : sequence(get(row), set(sum));
}

/** Eight chroma samples of sixteen columns; each the weighted sum of four pixels. */
function chromaRow(target: number, weights: Weights): Code {
  const quads = ([0, 2] as const).map((group) =>
    sequence(
      pairSums(redBlueOf(group), redBlueOf(group + 1)),
      set(ROW_RED_BLUE),
      pairSums(greenOf(group), greenOf(group + 1)),
      set(ROW_GREEN),
      weigh(weights, 128, BT709_LIMITED.bits + 2),
    ),
  );
  const narrowed = sequence(I16X8_NARROW_I32X4_S, tee(PIXELS), get(PIXELS), I8X16_NARROW_I16X8_U);
  return sequence(get(target), ...quads, narrowed, v128Store64Lower(0));
}

/** Sums of neighbouring columns of eight. */
function pairSums(a: number, b: number): Code {
  return sequence(
    sequence(get(a), get(b), i32x4Shuffle([0, 2, 4, 6])),
    sequence(get(a), get(b), i32x4Shuffle([1, 3, 5, 7])),
    I16X8_ADD,
  );
}

/** (red · r + blue · b + green · g) of the current row, scaled down by `bits`, rounded, on top of `base`; four results. */
function weigh(weights: Weights, base: number, bits: number): Code {
  return sequence(
    sequence(get(ROW_RED_BLUE), i16Pairs(weights.r, weights.b), I32X4_DOT_I16X8_S),
    sequence(get(ROW_GREEN), i16Pairs(weights.g, 0), I32X4_DOT_I16X8_S, I32X4_ADD),
    sequence(i32x4(base * 2 ** bits + 2 ** (bits - 1)), I32X4_ADD),
    sequence(i32(bits), I32X4_SHR_S),
  );
}

function advance(local: number, by: number): Code {
  return sequence(get(local), i32(by), I32_ADD, set(local));
}
