import type { AudioFrame } from '../audio-frame.js';
import type { Canvas2D, Gradient, Rect } from '../canvas.js';
import { css, mix } from '../palette.js';
import { traceCurve } from './curve.js';
import type { Look, LookKit } from './look.js';

const BANDS = 48;
const RIDGES = 7;
const RIDGE_INTERVAL_SECONDS = 0.1;
/** Width of the farthest ridge as a share of the nearest. */
const FAR_WIDTH = 0.62;
const DEPTH_SHARE = 0.46;

/** A mountain range of sound: the spectrum now in front, the last moments receding behind it as ridges. */
export class SpectrumLook implements Look {
  readonly bandCount = BANDS;
  private readonly ridges: Float32Array[] = Array.from({ length: RIDGES + 1 }, () => new Float32Array(BANDS));
  private sinceRidge = 0;
  private readonly baseline: number;
  private readonly tallest: number;
  private readonly depth: number;
  private readonly edgeFade: Float32Array;
  private frontFill: Gradient | undefined;

  constructor(private readonly kit: LookKit) {
    const { visual, widthPx } = kit.composition;
    const height = Math.min(visual.height, widthPx * 0.82);
    this.baseline = Math.round(visual.y + (visual.height + height) / 2);
    this.depth = height * DEPTH_SHARE;
    this.tallest = height * 0.6;
    this.edgeFade = Float32Array.from({ length: BANDS }, (_, i) => Math.min(1, (i + 0.35) / 3, (BANDS - 0.65 - i) / 5));
  }

  paintStill(context: Canvas2D): void {
    const { visual, unit } = this.kit.composition;
    const line = context.createLinearGradient(visual.x, 0, visual.x + visual.width, 0);
    line.addColorStop(0, css(this.kit.palette.accent, 0));
    line.addColorStop(0.5, css(this.kit.palette.accent, 0.6));
    line.addColorStop(1, css(this.kit.palette.accent, 0));
    context.fillStyle = line;
    context.fillRect(visual.x, this.baseline, visual.width, Math.max(1, 1.5 * unit));
  }

  /** Every interval the spectrum of that moment becomes the nearest ridge and the others move back by one. */
  follow(frame: AudioFrame): void {
    this.sinceRidge += frame.stepSeconds;
    while (this.sinceRidge >= RIDGE_INTERVAL_SECONDS) {
      this.sinceRidge -= RIDGE_INTERVAL_SECONDS;
      const freed = this.ridges.pop() ?? new Float32Array(BANDS);
      freed.set(frame.bands);
      this.ridges.unshift(freed);
    }
  }

  paint(context: Canvas2D, frame: AudioFrame): readonly Rect[] {
    const scroll = this.sinceRidge / RIDGE_INTERVAL_SECONDS;
    for (let order = RIDGES; order >= 1; order -= 1) {
      const ridge = this.ridges[order - 1];
      if (ridge !== undefined) this.paintRidge(context, ridge, (order - 1 + scroll) / RIDGES);
    }
    this.paintFront(context, frame);
    return [this.extent(frame)];
  }

  private extent(frame: AudioFrame): Rect {
    const { visual, unit } = this.kit.composition;
    let top = this.baseline - this.depth;
    for (let i = 0; i < BANDS; i += 1) top = Math.min(top, this.baseline - this.tallest * (frame.peaks[i] ?? 0));
    this.ridges.forEach((ridge, order) => {
      const distance = order / RIDGES;
      for (const level of ridge) top = Math.min(top, this.groundAt(distance) - level * this.heightAt(distance));
    });
    const margin = 12 * unit;
    return {
      x: visual.x - margin,
      y: top - margin,
      width: visual.width + 2 * margin,
      height: this.baseline + margin - (top - margin),
    };
  }

  private groundAt(distance: number): number {
    return this.baseline - this.depth * (1 - (1 - distance) ** 1.5);
  }

  private heightAt(distance: number): number {
    return this.tallest * (1 - 0.45 * distance);
  }

  /** The rim is the same shape laid under the body and looking out above it: two fills cost far less than a fill and a stroke. */
  private paintRidge(context: Canvas2D, ridge: Float32Array, distance: number): void {
    const { palette, composition } = this.kit;
    const near = Math.max(0, 1 - distance);
    const rim = mix(palette.companion, palette.accent, near);
    this.traceRidge(context, ridge, distance);
    context.fillStyle = css(mix(palette.background, rim, Math.min(1, near * 1.1) * 0.75));
    context.fill();
    this.traceRidge(context, ridge, distance, Math.max(1, (1.5 + 1.8 * near) * composition.unit));
    this.traceGroundBefore(context, distance);
    context.fillStyle = css(mix(palette.background, palette.companion, 0.04 + 0.12 * near));
    context.fill();
  }

  /** Leads the path of a ridge on along the ground to the foot of the next nearer one: wider towards the front, as everything is. */
  private traceGroundBefore(context: Canvas2D, distance: number): void {
    const nearer = Math.max(0, distance - 1 / RIDGES);
    const { left, width } = this.spanAt(nearer);
    // One pixel of overlap, or the line where two grounds meet would shine through.
    const bottom = this.groundAt(nearer) + 1;
    context.lineTo(left + width, bottom);
    context.lineTo(left, bottom);
    context.closePath();
  }

  private spanAt(distance: number): { readonly left: number; readonly width: number } {
    const { visual } = this.kit.composition;
    const width = visual.width * (1 - (1 - FAR_WIDTH) * distance);
    return { left: visual.x + (visual.width - width) / 2, width };
  }

  private paintFront(context: Canvas2D, frame: AudioFrame): void {
    const { palette, composition } = this.kit;
    const { unit } = composition;
    this.frontFill ??= this.createFrontFill(context);
    this.traceRidge(context, frame.bands, 0);
    context.fillStyle = this.frontFill;
    context.fill();
    context.globalCompositeOperation = palette.glowOperation;
    context.lineWidth = Math.max(3, (14 + 12 * frame.bassPulse) * unit);
    context.strokeStyle = css(palette.accent, 0.12 + 0.14 * frame.bassPulse);
    context.stroke();
    context.globalCompositeOperation = 'source-over';
    context.lineWidth = Math.max(1.5, 3.4 * unit);
    context.strokeStyle = css(palette.bright, 0.95);
    context.stroke();
    this.traceRidge(context, frame.peaks, 0);
    context.lineWidth = Math.max(1, 1.6 * unit);
    context.strokeStyle = css(palette.bright, 0.4);
    context.stroke();
  }

  private traceRidge(context: Canvas2D, levels: Float32Array, distance: number, lower = 0): void {
    const { left, width } = this.spanAt(distance);
    const ground = this.groundAt(distance) + lower;
    const height = this.heightAt(distance);
    context.lineJoin = 'round';
    context.beginPath();
    context.moveTo(left, ground);
    traceCurve(
      context,
      BANDS,
      (i) => left + ((i + 0.5) / BANDS) * width,
      (i) => ground - (levels[i] ?? 0) * (this.edgeFade[i] ?? 0) * height,
      true,
    );
    context.lineTo(left + width, ground);
  }

  private createFrontFill(context: Canvas2D): Gradient {
    const { companion, accent, bright, background } = this.kit.palette;
    const fill = context.createLinearGradient(0, this.baseline - this.tallest, 0, this.baseline);
    fill.addColorStop(0, css(mix(accent, bright, 0.4)));
    fill.addColorStop(0.4, css(accent));
    fill.addColorStop(0.75, css(mix(companion, background, 0.3)));
    fill.addColorStop(1, css(mix(companion, background, 0.8)));
    return fill;
  }
}
