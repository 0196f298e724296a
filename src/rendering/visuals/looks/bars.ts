import type { AudioFrame } from '../audio-frame.js';
import type { Canvas2D, Gradient, Layer, Rect } from '../canvas.js';
import { ellipseGlow, paintColumnGlow } from '../glow.js';
import { css, mix } from '../palette.js';
import type { Look, LookKit } from './look.js';

const BASELINE_SHARE = 0.77;
const REFLECTION_SHARE = 0.26;
const GAP_SHARE = 0.34;
/** Neighbouring bars repainted as one rectangle: few enough to follow the shape of the music, wide enough to be cheap. */
const GROUPS = 6;

/** Rounded bars with glowing tips on a mirror, peaks that hang and fall, and a floor that flares up with the kick. */
export class BarsLook implements Look {
  readonly bandCount: number;
  private readonly pitch: number;
  private readonly barWidth: number;
  private readonly baseline: number;
  private readonly tallest: number;
  private readonly left: number;
  private readonly reach: number;
  private readonly bar: Layer;
  private readonly floorLight: Layer;
  private readonly floorHalf: number;
  private mirrorFill: Gradient | undefined;

  constructor(private readonly kit: LookKit) {
    const { visual, unit } = kit.composition;
    const count = Math.min(72, Math.max(36, visual.width / (24 * unit)));
    this.bandCount = Math.round(count / GROUPS) * GROUPS;
    this.pitch = visual.width / this.bandCount;
    this.barWidth = Math.max(2, Math.round(this.pitch * (1 - GAP_SHARE)));
    this.baseline = Math.round(visual.y + visual.height * BASELINE_SHARE);
    this.tallest = Math.round(this.baseline - visual.y);
    this.left = visual.x + (this.pitch - this.barWidth) / 2;
    this.reach = Math.max(4, Math.round(20 * unit));
    this.bar = this.createBar();
    this.floorHalf = Math.round(76 * unit);
    this.floorLight = ellipseGlow(
      kit.createLayer,
      mix(kit.palette.companion, kit.palette.accent, 0.5),
      visual.width,
      this.floorHalf * 2,
      kit.palette.isDark ? 0.62 : 0.42,
    );
  }

  paintStill(context: Canvas2D): void {
    const { visual, unit } = this.kit.composition;
    const line = context.createLinearGradient(visual.x, 0, visual.x + visual.width, 0);
    line.addColorStop(0, css(this.kit.palette.companion, 0));
    line.addColorStop(0.5, css(this.kit.palette.bright, 0.55));
    line.addColorStop(1, css(this.kit.palette.companion, 0));
    context.fillStyle = line;
    context.fillRect(visual.x, this.baseline + Math.round(2 * unit), visual.width, Math.max(1, Math.round(1.5 * unit)));
  }

  paint(context: Canvas2D, frame: AudioFrame): readonly Rect[] {
    this.paintFloorLight(context, frame);
    this.paintMirror(context, frame);
    this.paintBars(context, frame);
    this.paintPeaks(context, frame);
    return Array.from({ length: GROUPS }, (_, group) => this.extentOf(group, frame));
  }

  /** Of a group of bars, and of the light that its neighbours throw into it: from the highest peak to the end of the light on the floor or of the mirror image, whichever is lower. */
  private extentOf(group: number, frame: AudioFrame): Rect {
    const { unit, visual, widthPx } = this.kit.composition;
    const perGroup = this.bandCount / GROUPS;
    let highest = 0;
    const overlap = Math.ceil(this.reach / this.pitch) + 1;
    for (let i = group * perGroup - overlap; i < (group + 1) * perGroup + overlap; i += 1) {
      highest = Math.max(highest, frame.peaks[i] ?? 0, frame.bands[i] ?? 0);
    }
    const top = this.baseline - this.heightOf(highest) - this.reach - 10 * unit;
    const bottom = this.baseline + Math.max(8 * unit + this.tallest * REFLECTION_SHARE * highest, this.floorHalf) + 2;
    const width = this.pitch * perGroup;
    const x = group === 0 ? 0 : visual.x + group * width;
    const right = group === GROUPS - 1 ? widthPx : visual.x + (group + 1) * width;
    return { x, y: top, width: right - x, height: bottom - top };
  }

  private heightOf(level: number): number {
    return Math.round(Math.max(this.barWidth * 0.5, level * this.tallest));
  }

  private xOf(band: number): number {
    return Math.round(this.left + band * this.pitch);
  }

  private paintFloorLight(context: Canvas2D, frame: AudioFrame): void {
    const strength = Math.min(1, 0.25 * frame.loudness + 0.75 * frame.bassPulse);
    if (strength < 0.02) return;
    context.globalCompositeOperation = this.kit.palette.glowOperation;
    context.globalAlpha = strength;
    context.drawImage(this.floorLight.image, Math.round(this.kit.composition.visual.x), this.baseline - this.floorHalf);
    context.globalAlpha = 1;
    context.globalCompositeOperation = 'source-over';
  }

  /** Each bar is the upper part of one sprite, copied without scaling, which is the cheapest thing a canvas can do. */
  private paintBars(context: Canvas2D, frame: AudioFrame): void {
    const width = this.barWidth + 2 * this.reach;
    context.globalCompositeOperation = this.kit.palette.glowOperation;
    for (let band = 0; band < this.bandCount; band += 1) {
      const height = this.heightOf(frame.bands[band] ?? 0);
      const cut = height + this.reach;
      context.drawImage(this.bar.image, 0, 0, width, cut, this.xOf(band) - this.reach, this.baseline - cut, width, cut);
    }
    context.globalCompositeOperation = 'source-over';
  }

  private paintPeaks(context: Canvas2D, frame: AudioFrame): void {
    const thickness = Math.max(2, Math.round(4 * this.kit.composition.unit));
    context.fillStyle = css(this.kit.palette.bright, 0.9);
    for (let band = 0; band < this.bandCount; band += 1) {
      const peak = frame.peaks[band] ?? 0;
      if (peak < 0.03) continue;
      context.fillRect(this.xOf(band), this.baseline - this.heightOf(peak) - thickness * 3, this.barWidth, thickness);
    }
  }

  private paintMirror(context: Canvas2D, frame: AudioFrame): void {
    this.mirrorFill ??= this.createMirrorFill(context);
    context.fillStyle = this.mirrorFill;
    const top = this.baseline + Math.round(6 * this.kit.composition.unit);
    context.beginPath();
    for (let band = 0; band < this.bandCount; band += 1) {
      const height = Math.round(this.heightOf(frame.bands[band] ?? 0) * REFLECTION_SHARE);
      context.rect(this.xOf(band), top, this.barWidth, height);
    }
    context.fill();
  }

  /** The tallest bar there can be, with the light around it; its tip is `reach` below the upper edge. */
  private createBar(): Layer {
    const { palette, createLayer } = this.kit;
    const layer = createLayer(this.barWidth + 2 * this.reach, this.tallest + 2 * this.reach);
    const column = { x: this.reach, y: this.reach, width: this.barWidth, height: this.tallest + this.reach };
    paintColumnGlow(layer, column, palette.accent, this.reach, palette.isDark ? 0.26 : 0.16);
    const { context } = layer;
    const fill = context.createLinearGradient(0, this.reach, 0, this.reach + this.tallest);
    fill.addColorStop(0, css(palette.bright));
    fill.addColorStop(0.07, css(mix(palette.bright, palette.accent, 0.7)));
    fill.addColorStop(0.22, css(palette.accent));
    fill.addColorStop(0.72, css(palette.companion));
    fill.addColorStop(1, css(mix(palette.companion, palette.background, 0.25)));
    context.fillStyle = fill;
    context.beginPath();
    context.roundRect(column.x, column.y, column.width, column.height, [this.barWidth / 2, this.barWidth / 2, 0, 0]);
    context.fill();
    return layer;
  }

  private createMirrorFill(context: Canvas2D): Gradient {
    const { companion, accent } = this.kit.palette;
    const fill = context.createLinearGradient(0, this.baseline, 0, this.baseline + this.tallest * REFLECTION_SHARE);
    fill.addColorStop(0, css(mix(accent, companion, 0.5), 0.38));
    fill.addColorStop(1, css(companion, 0));
    return fill;
  }
}
