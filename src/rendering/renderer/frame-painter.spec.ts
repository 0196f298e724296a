import { ANALYSIS_RATE_HZ, ANALYSIS_WINDOW, type VisualSettings } from '../visuals/index.js';
import { FramePainter } from './frame-painter.js';

const FPS = 30;
const LOOKS = ['bars', 'waveform', 'circular', 'spectrum'] as const;

function settings(overrides: Partial<VisualSettings> = {}): VisualSettings {
  return {
    visualization: 'bars',
    widthPx: 320,
    heightPx: 180,
    fps: FPS,
    color: '#ff2d78',
    backgroundColor: '#0b0b1a',
    title: 'Midnight Drive',
    ...overrides,
  };
}

/** A kick, a chord and a hat, a little different on both sides. */
function sample(t: number, side: number): number {
  const beat = t % 0.5;
  const kick = 0.7 * Math.exp(-9 * beat) * Math.sin(2 * Math.PI * 58 * beat);
  const chord = 0.1 * (Math.sin(2 * Math.PI * 330 * t) + Math.sin(2 * Math.PI * (1200 + 9 * side) * t));
  const hat = 0.15 * Math.exp(-40 * (t % 0.25)) * Math.sin(2 * Math.PI * 7000 * t * t);
  return kick + chord + hat;
}

function windowAt(seconds: number, side: number): Float32Array {
  const start = seconds - ANALYSIS_WINDOW / 2 / ANALYSIS_RATE_HZ;
  return Float32Array.from({ length: ANALYSIS_WINDOW }, (_, i) => sample(start + i / ANALYSIS_RATE_HZ, side));
}

const windows = Array.from({ length: 150 }, (_, i) => [windowAt(i / FPS, 0), windowAt(i / FPS, 1)] as const);

function paint(painter: FramePainter, from: number, to: number): void {
  for (let index = from; index < to; index += 1) {
    const [left, right] = windows[index] ?? [new Float32Array(ANALYSIS_WINDOW), new Float32Array(ANALYSIS_WINDOW)];
    painter.paint(painter.stage.analyser.analyse(left, right, index / FPS));
  }
}

/** Difference hash of the luma: is each of 8 × 8 cells brighter than its neighbour to the right? Survives small changes, not another picture. */
function perceptualHash(painter: FramePainter, { widthPx, heightPx }: VisualSettings): string {
  const mean = (cellX: number, cellY: number): number => {
    let sum = 0;
    const [cellWidth, cellHeight] = [Math.floor(widthPx / 9), Math.floor(heightPx / 8)];
    for (let y = cellY * cellHeight; y < (cellY + 1) * cellHeight; y += 1) {
      for (let x = cellX * cellWidth; x < (cellX + 1) * cellWidth; x += 1) sum += painter.bytes[y * widthPx + x] ?? 0;
    }
    return sum / (cellWidth * cellHeight);
  };
  let bits = '';
  for (let y = 0; y < 8; y += 1) {
    for (let x = 0; x < 8; x += 1) bits += mean(x, y) > mean(x + 1, y) + 2.5 ? '1' : '0';
  }
  return (bits.match(/.{4}/g) ?? []).map((nibble) => Number.parseInt(nibble, 2).toString(16)).join('');
}

function distance(a: string, b: string): number {
  return Array.from(a, (digit, i) => {
    const differing = Number.parseInt(digit, 16) ^ Number.parseInt(b[i] ?? '0', 16);
    return differing.toString(2).replaceAll('0', '').length;
  }).reduce((sum, count) => sum + count, 0);
}

const PINNED: Readonly<Record<(typeof LOOKS)[number], readonly [string, string]>> = {
  bars: ['00064456760f0e0c', '0006465656070e0c'],
  waveform: ['0006060f0e060e0c', '0006060706060e0c'],
  circular: ['000e060e160e0e0c', '000e0606160e0e0c'],
  spectrum: ['000606065755090c', '000606065755050c'],
};

describe('FramePainter', () => {
  it.each(LOOKS)('draws %s as it was when somebody last looked at it', (visualization) => {
    const look = settings({ visualization });
    const painter = new FramePainter(look);
    paint(painter, 0, 31);
    const early = perceptualHash(painter, look);
    paint(painter, 31, 53);
    const late = perceptualHash(painter, look);
    const [pinnedEarly, pinnedLate] = PINNED[visualization];
    expect({ early, late, drift: distance(early, pinnedEarly) + distance(late, pinnedLate) <= 6 }).toEqual({
      early,
      late,
      drift: true,
    });
  });

  it.each(LOOKS)('draws the same bytes for the same samples: %s', (visualization) => {
    const [a, b] = [new FramePainter(settings({ visualization })), new FramePainter(settings({ visualization }))];
    paint(a, 0, 20);
    paint(b, 0, 20);
    expect(Buffer.compare(a.bytes, b.bytes)).toBe(0);
  });

  it.each(
    LOOKS.flatMap((visualization) => [
      { visualization, widthPx: 426, heightPx: 240 },
      { visualization, widthPx: 240, heightPx: 240 },
      { visualization, widthPx: 180, heightPx: 320 },
    ]),
  )('repaints all that has changed and keeps the rest: $visualization $widthPx × $heightPx', (look) => {
    const painter = new FramePainter(settings(look));
    paint(painter, 0, 125);
    const incremental = painter.bytes.slice();
    painter.refresh();
    expect(firstDifference(incremental, painter.bytes, look.widthPx)).toBeUndefined();
  });

  it.each([
    ['unpaired surrogates', 'a\uD800b\uDC00'],
    ['right-to-left overrides', 'abc\u202Edef مرحبا שלום'],
    ['joined emoji', '👨‍👩‍👧‍👦'.repeat(11)],
    ['towers of marks', `A${'\u0302'.repeat(79)}`],
    ['the widest glyph', '﷽'.repeat(80)],
    ['nothing visible', '\u200B\u202E\uFEFF'],
    ['what no font has', '\u{13000}\u{10FFFF}\uE000'],
    ['control characters', '\u0000\u0007\u001B[31m'],
    ['Chinese, Japanese and Korean', '夜に駆ける 东方红 사랑해요'],
  ])('takes a title of %s', (_, title) => {
    const painter = new FramePainter(settings({ title }));
    paint(painter, 0, 2);
    expect(painter.thumbnail().subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
  });

  it('draws a title inside its own part of the picture and nowhere else', () => {
    const [plain, titled] = ['x', '﷽ A\u0302\u0302\u0302\u0302 Wide Title Ǻ'].map((title) => {
      const painter = new FramePainter(settings({ title }));
      return painter.bytes.slice(0, 320 * 180);
    });
    const rows = new Set<number>();
    plain?.forEach((value, i) => {
      if (value !== titled?.[i]) rows.add(Math.floor(i / 320));
    });
    expect(rows.size).toBeGreaterThan(5);
    expect(Math.min(...rows)).toBeGreaterThan(180 * 0.75);
  });
});

function firstDifference(a: Uint8Array, b: Uint8Array, widthPx: number): object | undefined {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? undefined : { x: at % widthPx, y: Math.floor(at / widthPx), a: a[at], b: b[at] };
}
