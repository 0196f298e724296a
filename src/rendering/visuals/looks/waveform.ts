import type { AudioFrame } from '../audio-frame.js';
import type { Canvas2D, Layer, Rect } from '../canvas.js';
import { approach } from '../envelopes.js';
import { ellipseGlow } from '../glow.js';
import { css, mix, type Rgb } from '../palette.js';
import { WAVE_POINTS } from '../wave-window.js';
import { traceCurve } from './curve.js';
import type { Look, LookKit } from './look.js';

const STRIDE = 3;
const POINTS = Math.ceil(WAVE_POINTS / STRIDE);
/** Each thread of the ribbon follows the one before it with this lag, which is what makes it look like silk. */
const THREAD_LAG_SECONDS = 0.045;
const THREADS = 4;
const CALM_SECONDS = 0.012;
const FILL_OPACITY = 0.34;

/** Two silken ribbons, the left and the right channel (or the signal and its mirror image), swinging around a line of light. */
export class WaveformLook implements Look {
  readonly bandCount = 48;
  private readonly threads: readonly [readonly Float32Array[], readonly Float32Array[]] = [threadsOf(), threadsOf()];
  private readonly taper: Float32Array;
  private readonly middle: number;
  private readonly swing: number;
  private readonly step: number;
  private readonly heart: Layer;
  private readonly heartHalfWidth: number;
  private readonly heartHalfHeight: number;

  constructor(private readonly kit: LookKit) {
    const { visual, widthPx } = kit.composition;
    this.middle = Math.round(visual.y + visual.height / 2);
    this.swing = Math.min(visual.height / 2, widthPx * 0.36) * 0.92;
    this.step = widthPx / (POINTS - 1);
    this.taper = Float32Array.from({ length: POINTS }, (_, i) => Math.sin((Math.PI * i) / (POINTS - 1)) ** 1.4);
    this.heartHalfHeight = Math.round(this.swing * 0.5);
    this.heartHalfWidth = Math.round(widthPx * 0.36);
    this.heart = ellipseGlow(
      kit.createLayer,
      mix(kit.palette.accent, kit.palette.companion, 0.4),
      this.heartHalfWidth * 2,
      this.heartHalfHeight * 2,
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

  follow(frame: AudioFrame): void {
    const [leftThreads, rightThreads] = this.threads;
    this.pull(leftThreads, frame.left, 1, frame);
    this.pull(rightThreads, frame.right, frame.isStereo ? 1 : -1, frame);
  }

  paint(context: Canvas2D, frame: AudioFrame): readonly Rect[] {
    const [leftThreads, rightThreads] = this.threads;
    const painted = this.extent();
    this.paintHeart(context, frame);
    context.globalCompositeOperation = this.kit.palette.glowOperation;
    this.paintRibbon(context, rightThreads, this.kit.palette.companion, frame);
    this.paintRibbon(context, leftThreads, this.kit.palette.accent, frame);
    context.globalCompositeOperation = 'source-over';
    this.paintCore(context, leftThreads);
    return [painted];
  }

  private pull(threads: readonly Float32Array[], wave: Float32Array, sign: number, frame: AudioFrame): void {
    const body = sign * this.swing * (0.85 + 0.35 * frame.bassPulse) * Math.min(1, frame.loudness * 2.2);
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

  private extent(): Rect {
    const { unit, widthPx } = this.kit.composition;
    let reach = 0;
    for (const threads of this.threads) {
      for (const thread of [threads[0], threads[THREADS - 1]]) {
        for (const offset of thread ?? []) reach = Math.max(reach, Math.abs(offset));
      }
    }
    reach = Math.max(reach + 16 * unit, this.heartHalfHeight);
    return { x: 0, y: this.middle - reach, width: widthPx, height: reach * 2 };
  }

  private paintHeart(context: Canvas2D, frame: AudioFrame): void {
    const { palette, composition } = this.kit;
    context.globalCompositeOperation = palette.glowOperation;
    context.globalAlpha = Math.min(1, 0.3 + 0.7 * frame.bassPulse) * Math.min(1, frame.loudness * 2);
    const left = Math.round(composition.widthPx / 2) - this.heartHalfWidth;
    context.drawImage(this.heart.image, left, this.middle - this.heartHalfHeight);
    context.globalAlpha = 1;
    context.globalCompositeOperation = 'source-over';
  }

  private paintRibbon(context: Canvas2D, threads: readonly Float32Array[], color: Rgb, frame: AudioFrame): void {
    const { unit } = this.kit.composition;
    const first = threads[0] ?? new Float32Array(POINTS);
    const last = threads[threads.length - 1] ?? first;
    context.lineJoin = 'round';
    // A plain colour: the ribbon narrows to nothing at its ends by itself, and a gradient costs more.
    context.fillStyle = css(color, FILL_OPACITY);
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
    const strokes: readonly (readonly [number, number, number])[] = [
      [3, 2, 0.4],
      [0, 14, 0.16 + 0.12 * frame.bassPulse],
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
}

function threadsOf(): readonly Float32Array[] {
  return Array.from({ length: THREADS }, () => new Float32Array(POINTS));
}
