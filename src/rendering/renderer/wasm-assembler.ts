/**
 * Just enough of the WebAssembly binary format (WebAssembly Core Specification 2.0, chapter 5) to write one numeric function by hand.
 * The build needs no second toolchain for it, and the instructions stand in the source where they can be read and tested.
 */
export type Code = readonly number[];

const I32 = 0x7f;
const V128 = 0x7b;
const FUNCTION = 0x60;
const NO_RESULT_BLOCK = 0x40;

/** Unsigned LEB128. */
export function unsigned(value: number): Code {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

/** Signed LEB128. */
export function signed(value: number): Code {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const last = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(last ? low : low | 0x80);
    if (last) return bytes;
  }
}

function vector(code: number): Code {
  return [0xfd, ...unsigned(code)];
}

/** One instruction after the other. */
export function sequence(...parts: readonly Code[]): Code {
  return parts.flat();
}

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number): Code => [0x21, ...unsigned(local)];
export const tee = (local: number): Code => [0x22, ...unsigned(local)];
export const i32 = (value: number): Code => [0x41, ...signed(value)];
export const I32_ADD: Code = [0x6a];
export const I32_LESS: Code = [0x48];
/** The body runs at least once and again for as long as it leaves a non-zero number. */
export const repeat = (...body: readonly Code[]): Code => [
  0x03,
  NO_RESULT_BLOCK,
  ...sequence(...body),
  0x0d,
  0x00,
  0x0b,
];

export const v128Load = (offset: number): Code => [...vector(0x00), 0x00, ...unsigned(offset)];
export const v128Store = (offset: number): Code => [...vector(0x0b), 0x00, ...unsigned(offset)];
export const V128_AND: Code = vector(0x4e);
export const I8X16_NARROW_I16X8_U: Code = vector(0x66);
export const I16X8_NARROW_I32X4_S: Code = vector(0x85);
export const I16X8_ADD: Code = vector(0x8e);
export const I32X4_SHR_S: Code = vector(0xac);
export const I32X4_SHR_U: Code = vector(0xad);
export const I32X4_ADD: Code = vector(0xae);
export const I32X4_DOT_I16X8_S: Code = vector(0xba);
/** Stores the lower eight bytes of a vector; takes the address, then the vector. */
export const v128Store64Lower = (offset: number): Code => [...vector(0x5b), 0x00, ...unsigned(offset), 0x00];

/** A vector of four equal 32-bit lanes. */
export function i32x4(value: number): Code {
  const bytes = [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255];
  return [...vector(0x0c), ...bytes, ...bytes, ...bytes, ...bytes];
}

/** A vector of four equal pairs of signed 16-bit lanes. */
export function i16Pairs(first: number, second: number): Code {
  return i32x4(((second & 0xffff) << 16) | (first & 0xffff));
}

/** Takes four 32-bit lanes out of the eight of two vectors. */
export function i32x4Shuffle(lanes: readonly [number, number, number, number]): Code {
  return [...vector(0x0d), ...lanes.flatMap((lane) => [lane * 4, lane * 4 + 1, lane * 4 + 2, lane * 4 + 3])];
}

/**
 * A module that imports the memory `env.memory` and exports one function `run` of `parameters` 32-bit integers and no result.
 *
 * @param integers - further local variables, numbered after the parameters; @param vectors - and after those.
 */
export function assembleModule(
  parameters: number,
  integers: number,
  vectors: number,
  body: Code,
): Uint8Array<ArrayBuffer> {
  const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
  const text = (value: string): Code => [value.length, ...Array.from(value, (letter) => letter.charCodeAt(0))];
  const code: Code = [2, ...unsigned(integers), I32, ...unsigned(vectors), V128, ...body, 0x0b];
  const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  const types = Array.from({ length: parameters }, () => I32);
  return Uint8Array.from([
    ...header,
    ...section(1, [1, FUNCTION, ...unsigned(parameters), ...types, 0]),
    ...section(2, [1, ...text('env'), ...text('memory'), 0x02, 0x00, 0x01]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text('run'), 0x00, 0x00]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ]);
}
