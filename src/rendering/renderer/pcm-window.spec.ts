import { PcmWindow } from './pcm-window.js';

/** Interleaved samples whose left value is their index and whose right value is its negative. */
function counting(from: number, to: number): Float32Array {
  return Float32Array.from({ length: (to - from) * 2 }, (_, i) => (i % 2 === 0 ? from + i / 2 : -(from + (i - 1) / 2)));
}

describe('PcmWindow', () => {
  it('gives the samples around a moment, over the borders of chunks', () => {
    const window = new PcmWindow(8);
    for (let at = 0; at < 100; at += 5) window.push(counting(at, at + 5));
    window.moveTo(50);
    expect([...window.left]).toEqual([46, 47, 48, 49, 50, 51, 52, 53]);
    expect([...window.right]).toEqual([-46, -47, -48, -49, -50, -51, -52, -53]);
  });

  it('is silent before the start and after the end', () => {
    const window = new PcmWindow(8);
    window.push(counting(1, 4));
    window.end();
    window.moveTo(0);
    expect([...window.left]).toEqual([0, 0, 0, 0, 1, 2, 3, 0]);
  });

  it('knows what it still has to be given', () => {
    const window = new PcmWindow(8);
    window.push(counting(0, 10));
    expect(window.covers(6)).toBe(true);
    expect(window.covers(7)).toBe(false);
    window.end();
    expect(window.covers(7)).toBe(true);
  });

  it('forgets what lies behind it', () => {
    const window = new PcmWindow(8);
    for (let at = 0; at < 100_000; at += 100) {
      window.push(counting(at, at + 100));
      window.moveTo(at);
    }
    expect(window.chunksHeld).toBeLessThan(4);
  });
});
