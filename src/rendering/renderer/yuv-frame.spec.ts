import { YuvFrame } from './yuv-frame.js';
import { BT709_LIMITED } from './yuv-kernel.js';

function noise(pixels: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: pixels * 4 }, (_, i) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return i % 4 === 3 ? 255 : state >>> 24;
  });
}

/** The plain form of what the kernel does four pixels at a time. */
function reference(rgba: Uint8Array, width: number, height: number): number[] {
  const { y, cb, cr, bits } = BT709_LIMITED;
  const at = (column: number, row: number, channel: number): number => rgba[(row * width + column) * 4 + channel] ?? 0;
  const luma: number[] = [];
  const chroma: [number[], number[]] = [[], []];
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const sum = y.r * at(column, row, 0) + y.g * at(column, row, 1) + y.b * at(column, row, 2);
      luma.push((sum + (16 << bits) + (1 << (bits - 1))) >> bits);
    }
  }
  for (let row = 0; row < height; row += 2) {
    for (let column = 0; column < width; column += 2) {
      const sums = [0, 1, 2].map(
        (c) => at(column, row, c) + at(column + 1, row, c) + at(column, row + 1, c) + at(column + 1, row + 1, c),
      );
      [cb, cr].forEach(({ r, g, b }, plane) => {
        const sum = r * (sums[0] ?? 0) + g * (sums[1] ?? 0) + b * (sums[2] ?? 0);
        chroma[plane]?.push((sum + 128 * 2 ** (bits + 2) + 2 ** (bits + 1)) >> (bits + 2));
      });
    }
  }
  return [...luma, ...chroma[0], ...chroma[1]];
}

describe('YuvFrame', () => {
  it.each([
    [64, 36],
    [16, 2],
    [86, 48],
    [18, 34],
  ])('converts %i × %i pixels exactly as the plain formula does', (width, height) => {
    const frame = new YuvFrame(width, height);
    const rgba = noise(width * height, width);
    frame.update(rgba, { x: 0, y: 0, width, height });
    expect([...frame.bytes]).toEqual(reference(rgba, width, height));
  });

  it('touches nothing outside the rectangle it is given', () => {
    const [width, height] = [86, 48];
    const whole = noise(width * height, 7);
    const frame = new YuvFrame(width, height);
    frame.update(whole, { x: 0, y: 0, width, height });
    const rect = frame.widened({ x: 80, y: 10, width: 6, height: 40 - 2 });
    const patch = noise(rect.width * rect.height, 9);
    for (let row = 0; row < rect.height; row += 1) {
      const target = ((rect.y + row) * width + rect.x) * 4;
      whole.set(patch.subarray(row * rect.width * 4, (row + 1) * rect.width * 4), target);
    }
    frame.update(patch, rect);
    expect([...frame.bytes]).toEqual(reference(whole, width, height));
  });

  it('gives black, white and grey their limited-range values without a tint', () => {
    const frame = new YuvFrame(16, 2);
    for (const [value, luma] of [
      [0, 16],
      [255, 235],
      [128, 126],
    ] as const) {
      frame.update(new Uint8Array(16 * 2 * 4).fill(value), { x: 0, y: 0, width: 16, height: 2 });
      expect(new Set(frame.bytes.subarray(0, 32))).toEqual(new Set([luma]));
      expect(new Set(frame.bytes.subarray(32))).toEqual(new Set([128]));
    }
  });
});
