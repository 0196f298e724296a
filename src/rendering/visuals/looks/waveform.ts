import type { AudioFrame } from '../audio-frame.js';
import type { Canvas2D, Gradient, Layer, Rect } from '../canvas.js';
import { approach } from '../envelopes.js';
import { roundGlow } from '../glow.js';
import { css, mix, type Rgb } from '../palette.js';
import { WAVE_POINTS } from '../wave-window.js';
import { traceCurve } from './curve.js';
import type { Look, LookKit } from './look.js';

const STRIDE = 2;
const POINTS = WAVE_POINTS / STRIDE;
/** Each thread of the ribbon follows the one before it with this lag, which is what makes it look like silk. */
const THREAD_LAG_SECONDS = 0.045;
const THREADS = 4;
const CALM_SECONDS = 0.022;

/** Two silken ribbons, the left and the right channel (or the signal and its mirror image), swinging around a line of light. */
export class WaveformLook implements Look {
  readonly bandCount = 48;
  private readonly threads: readonly [readonly Float32Array[], readonly Float32Array[]] = [threadsOf(), threadsOf()];
  private readonly taper: Float32Array;
  private readonly middle: number;
  private readonly swing: number;
  private readonly step: number;
  private readonly heart: Layer;
  private fills: readonly [Gradient, Gradient] | undefined;

  constructor(private readonly kit: LookKit) {
    const { visual, widthPx } = kit.composition;
    this.middle = visual.y + visual.height / 2;
    this.swing = Math.min(visual.height / 2, widthPx * 0.36) * 0.92;
    this.step = widthPx / (POINTS - 1);
    this.taper = Float32Array.from({ length: POINTS }, (_, i) => Math.sin((Math.PI * i) / (POINTS - 1)) ** 1.4);
    this.heart = roundGlow(
      kit.createLayer,
      mix(kit.palette.accent, kit.palette.companion, 0.4),
      160,
      kit.palette.isDark ? 0.5 : 0.32,
    );
  }

  paintStill(context: Canvas2D): void {
    const { widthPx, unit } = this.kit.composition;
    const line = context.createLinearGradient(0, 0, widthPx, 0);
    line.addColorStop(0, css(this.kit.palette.accent, 0));
    line.addColorStop(0.5, css(this.kit.palette.accent, 0.35));
    line.addColorStop(1, css(this.kit.palette.accent, 0));
    context.fillStyle = line;
    context.fillRect(0, this.middle - unit / 2, widthPx, Math.max(1, unit));
  }

  paint(context: Canvas2D, frame: AudioFrame): readonly Rect[] {
    const [leftThreads, rightThreads] = this.threads;
    this.pull(leftThreads, frame.left, 1, frame);
    this.pull(rightThreads, frame.right, frame.isStereo ? 1 : -1, frame);
    const painted = this.extent(frame);
    this.paintHeart(context, frame, painted);
    this.fills ??= [
      this.createFill(context, this.kit.palette.accent),
      this.createFill(context, this.kit.palette.companion),
    ];
    context.globalCompositeOperation = this.kit.palette.glowOperation;
    this.paintRibbon(context, rightThreads, this.fills[1], this.kit.palette.companion, frame);
    this.paintRibbon(context, leftThreads, this.fills[0], this.kit.palette.accent, frame);
    context.globalCompositeOperation = 'source-over';
    this.paintCore(context, leftThreads);
    return [painted];
  }

  private pull(threads: readonly Float32Array[], wave: Float32Array, sign: number, frame: AudioFrame): void {
    const body = sign * this.swing * (0.55 + 0.45 * frame.bassPulse) * Math.min(1, frame.loudness * 1.6);
    const calm = approach(frame.stepSeconds, CALM_SECONDS);
    const lag = approach(frame.stepSeconds, THREAD_LAG_SECONDS);
    threads.forEach((thread, order) => {
      const leader = threads[order - 1];
      for (let i = 0; i < POINTS; i += 1) {
        const own = thread[i] ?? 0;
        const target = leader === undefined ? (wave[i * STRIDE] ?? 0) * (this.taper[i] ?? 0) * body : (leader[i] ?? 0);
        thread[i] = own + (target - own) * (leader === undefined ? calm : lag);
      }
    });
  }

  private extent(frame: AudioFrame): Rect {
    const { unit, widthPx, visual } = this.kit.composition;
    let reach = 0;
    for (const threads of this.threads) {
      for (const thread of threads) {
        for (const offset of thread) reach = Math.max(reach, Math.abs(offset));
      }
    }
    reach = Math.min(visual.height / 2, Math.max(reach + 26 * unit, this.heartRadius(frame)));
    return { x: 0, y: this.middle - reach, width: widthPx, height: reach * 2 };
  }

  private heartRadius(frame: AudioFrame): number {
    return this.swing * (0.12 + 0.3 * frame.loudness + 0.35 * frame.bassPulse);
  }

  private paintHeart(context: Canvas2D, frame: AudioFrame, within: Rect): void {
    const { palette, composition } = this.kit;
    const radius = Math.min(this.heartRadius(frame), within.height / 2);
    context.globalCompositeOperation = palette.glowOperation;
    context.globalAlpha = Math.min(1, 0.25 + 0.75 * frame.bassPulse) * Math.min(1, frame.loudness * 2);
    const halfWidth = composition.widthPx * 0.42;
    context.drawImage(
      this.heart.image,
      composition.widthPx / 2 - halfWidth,
      this.middle - radius,
      halfWidth * 2,
      radius * 2,
    );
    context.globalAlpha = 1;
    context.globalCompositeOperation = 'source-over';
  }

  private paintRibbon(
    context: Canvas2D,
    threads: readonly Float32Array[],
    fill: Gradient,
    color: Rgb,
    frame: AudioFrame,
  ): void {
    const { unit } = this.kit.composition;
    const first = threads[0] ?? new Float32Array(POINTS);
    const last = threads[threads.length - 1] ?? first;
    context.lineJoin = 'round';
    context.fillStyle = fill;
    context.globalAlpha = 0.55;
    context.beginPath();
    traceCurve(context, POINTS, this.xAt, (i) => this.middle + (first[i] ?? 0));
    traceCurve(
      context,
      POINTS,
      (i) => this.xAt(POINTS - 1 - i),
      (i) => this.middle + (last[POINTS - 1 - i] ?? 0),
      true,
    );
    context.closePath();
    context.fill();
    context.globalAlpha = 1;
    const strokes: readonly (readonly [number, number, number])[] = [
      [3, 1.5, 0.3],
      [2, 2, 0.42],
      [1, 2.5, 0.6],
      [0, 18, 0.1 + 0.1 * frame.bassPulse],
      [0, 8, 0.22],
    ];
    for (const [thread, width, opacity] of strokes) {
      this.strokeThread(context, threads[thread] ?? first, Math.max(1, width * unit), css(color, opacity));
    }
  }

  private paintCore(context: Canvas2D, threads: readonly Float32Array[]): void {
    const first = threads[0];
    if (first === undefined) return;
    this.strokeThread(
      context,
      first,
      Math.max(1.5, 3.2 * this.kit.composition.unit),
      css(this.kit.palette.bright, 0.95),
    );
  }

  private strokeThread(context: Canvas2D, thread: Float32Array, width: number, style: string): void {
    context.lineWidth = width;
    context.strokeStyle = style;
    context.beginPath();
    traceCurve(context, POINTS, this.xAt, (i) => this.middle + (thread[i] ?? 0));
    context.stroke();
  }

  private readonly xAt = (index: number): number => index * this.step;

  private createFill(context: Canvas2D, color: Rgb): Gradient {
    const fill = context.createLinearGradient(0, 0, this.kit.composition.widthPx, 0);
    fill.addColorStop(0, css(color, 0));
    fill.addColorStop(0.5, css(color, 0.75));
    fill.addColorStop(1, css(color, 0));
    return fill;
  }
}

function threadsOf(): readonly Float32Array[] {
  return Array.from({ length: THREADS }, () => new Float32Array(POINTS));
}
