import type { AudioFrame } from '../audio-frame.js';
import { type Canvas2D, type Gradient, type Layer, type Rect } from '../canvas.js';
import { columnGlow, roundGlow } from '../glow.js';
import { css, mix } from '../palette.js';
import type { Look, LookKit } from './look.js';

const BASELINE_SHARE = 0.76;
const REFLECTION_SHARE = 0.3;
const GAP_SHARE = 0.34;

/** Rounded bars on a mirror, lit from within, with falling peaks and a floor that flares up with the kick. */
export class BarsLook implements Look {
  readonly bandCount: number;
  private readonly pitch: number;
  private readonly barWidth: number;
  private readonly baseline: number;
  private readonly tallest: number;
  private readonly left: number;
  private readonly glow: Layer;
  private readonly floorLight: Layer;
  private barFill: Gradient | undefined;
  private mirrorFill: Gradient | undefined;

  constructor(private readonly kit: LookKit) {
    const { visual, unit } = kit.composition;
    this.bandCount = Math.round(Math.min(72, Math.max(36, visual.width / (24 * unit))));
    this.pitch = visual.width / this.bandCount;
    this.barWidth = Math.max(2, Math.round(this.pitch * (1 - GAP_SHARE)));
    this.baseline = Math.round(visual.y + visual.height * BASELINE_SHARE);
    this.tallest = this.baseline - visual.y;
    this.left = visual.x + (this.pitch - this.barWidth) / 2;
    const { palette, createLayer } = kit;
    const glowStrength = palette.isDark ? 0.5 : 0.3;
    this.glow = columnGlow(createLayer, palette.accent, this.barWidth * 3.6, glowStrength);
    this.floorLight = roundGlow(
      createLayer,
      mix(palette.companion, palette.accent, 0.5),
      128,
      palette.isDark ? 0.55 : 0.4,
    );
  }

  paintStill(context: Canvas2D): void {
    const { visual, unit } = this.kit.composition;
    const line = context.createLinearGradient(visual.x, 0, visual.x + visual.width, 0);
    line.addColorStop(0, css(this.kit.palette.companion, 0));
    line.addColorStop(0.5, css(this.kit.palette.bright, 0.5));
    line.addColorStop(1, css(this.kit.palette.companion, 0));
    context.fillStyle = line;
    context.fillRect(visual.x, this.baseline + 2 * unit, visual.width, Math.max(1, 1.5 * unit));
  }

  paint(context: Canvas2D, frame: AudioFrame): readonly Rect[] {
    const painted = this.extent(frame);
    this.paintFloorLight(context, frame, painted);
    this.paintGlow(context, frame);
    this.paintBars(context, frame);
    this.paintPeaks(context, frame);
    this.paintMirror(context, frame);
    return [painted];
  }

  /** Everything from the highest peak to the end of the mirror image. */
  private extent(frame: AudioFrame): Rect {
    const { unit, widthPx } = this.kit.composition;
    let highest = 0;
    for (let i = 0; i < this.bandCount; i += 1) highest = Math.max(highest, frame.peaks[i] ?? 0, frame.bands[i] ?? 0);
    const top = this.baseline - this.heightOf(highest) - 26 * unit;
    const bottom = this.baseline + 8 * unit + Math.max(this.tallest * REFLECTION_SHARE * highest, 90 * unit);
    return { x: 0, y: top, width: widthPx, height: bottom - top };
  }

  private heightOf(level: number): number {
    return Math.max(this.barWidth * 0.5, level * this.tallest);
  }

  private paintFloorLight(context: Canvas2D, frame: AudioFrame, within: Rect): void {
    const { palette, composition } = this.kit;
    const strength = Math.min(1, 0.2 * frame.loudness + 0.8 * frame.bassPulse);
    if (strength < 0.02) return;
    const { visual } = composition;
    const half = Math.min(90 * composition.unit, within.y + within.height - this.baseline - 4 * composition.unit);
    context.globalCompositeOperation = palette.glowOperation;
    context.globalAlpha = strength;
    context.drawImage(this.floorLight.image, visual.x, this.baseline - half, visual.width, half * 2);
    context.globalAlpha = 1;
    context.globalCompositeOperation = 'source-over';
  }

  private paintGlow(context: Canvas2D, frame: AudioFrame): void {
    const { palette, composition } = this.kit;
    const width = this.barWidth * 3.6;
    const margin = 20 * composition.unit;
    context.globalCompositeOperation = palette.glowOperation;
    for (let i = 0; i < this.bandCount; i += 1) {
      const level = frame.bands[i] ?? 0;
      if (level < 0.06) continue;
      const height = this.heightOf(level);
      context.globalAlpha = Math.min(1, level * (0.75 + 0.5 * frame.bassPulse));
      const x = this.left + i * this.pitch + this.barWidth / 2 - width / 2;
      context.drawImage(
        this.glow.image,
        Math.round(x),
        Math.round(this.baseline - height - margin),
        Math.round(width),
        Math.round(height + margin),
      );
    }
    context.globalAlpha = 1;
    context.globalCompositeOperation = 'source-over';
  }

  private paintBars(context: Canvas2D, frame: AudioFrame): void {
    this.barFill ??= this.createBarFill(context);
    context.fillStyle = this.barFill;
    const radius = Math.min(this.barWidth / 2, 7 * this.kit.composition.unit);
    context.beginPath();
    for (let i = 0; i < this.bandCount; i += 1) {
      const height = this.heightOf(frame.bands[i] ?? 0);
      const x = Math.round(this.left + i * this.pitch);
      context.roundRect(x, this.baseline - height, this.barWidth, height, [radius, radius, 0, 0]);
    }
    context.fill();
  }

  private paintPeaks(context: Canvas2D, frame: AudioFrame): void {
    const { unit } = this.kit.composition;
    const thickness = Math.max(2, 4 * unit);
    context.fillStyle = css(this.kit.palette.bright, 0.9);
    context.beginPath();
    for (let i = 0; i < this.bandCount; i += 1) {
      const peak = frame.peaks[i] ?? 0;
      if (peak < 0.03) continue;
      const x = Math.round(this.left + i * this.pitch);
      context.rect(x, this.baseline - this.heightOf(peak) - thickness * 2.2, this.barWidth, thickness);
    }
    context.fill();
  }

  private paintMirror(context: Canvas2D, frame: AudioFrame): void {
    this.mirrorFill ??= this.createMirrorFill(context);
    context.fillStyle = this.mirrorFill;
    const top = Math.round(this.baseline + 6 * this.kit.composition.unit);
    context.beginPath();
    for (let i = 0; i < this.bandCount; i += 1) {
      const height = this.heightOf(frame.bands[i] ?? 0) * REFLECTION_SHARE;
      context.rect(Math.round(this.left + i * this.pitch), top, this.barWidth, height);
    }
    context.fill();
  }

  private createBarFill(context: Canvas2D): Gradient {
    const { companion, accent, bright } = this.kit.palette;
    const fill = context.createLinearGradient(0, this.baseline, 0, this.baseline - this.tallest);
    fill.addColorStop(0, css(companion));
    fill.addColorStop(0.42, css(accent));
    fill.addColorStop(1, css(bright));
    return fill;
  }

  private createMirrorFill(context: Canvas2D): Gradient {
    const { companion } = this.kit.palette;
    const fill = context.createLinearGradient(0, this.baseline, 0, this.baseline + this.tallest * REFLECTION_SHARE);
    fill.addColorStop(0, css(companion, 0.34));
    fill.addColorStop(1, css(companion, 0));
    return fill;
  }
}
