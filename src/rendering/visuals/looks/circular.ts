import type { AudioFrame } from '../audio-frame.js';
import type { Canvas2D, Gradient, Layer, Rect } from '../canvas.js';
import { ellipseGlow } from '../glow.js';
import { css, mix } from '../palette.js';
import type { Look, LookKit } from './look.js';

const BANDS = 56;
const RAYS = BANDS * 2;
const TURN_RADIANS_PER_SECOND = 0.09;
const PULSE_SHARE = 0.09;

/** A ring of rays around a breathing disc: bass at the bottom, treble at the top, the same on both sides. */
export class CircularLook implements Look {
  readonly bandCount = BANDS;
  private readonly centerX: number;
  private readonly centerY: number;
  private readonly restRadius: number;
  private readonly longestRay: number;
  private readonly halo: Layer;
  private readonly core: Layer;
  private readonly haloReach: number;
  private readonly coreReach: number;
  private rayFill: Gradient | undefined;

  constructor(private readonly kit: LookKit) {
    const { visual } = kit.composition;
    const reach = Math.min(visual.width, visual.height) / 2;
    this.centerX = Math.round(visual.x + visual.width / 2);
    this.centerY = Math.round(visual.y + visual.height / 2);
    this.restRadius = reach * 0.5;
    this.longestRay = reach * 0.44;
    const { palette, createLayer } = kit;
    this.haloReach = Math.round(reach * 0.98);
    this.halo = ellipseGlow(
      createLayer,
      palette.accent,
      this.haloReach * 2,
      this.haloReach * 2,
      palette.isDark ? 0.5 : 0.32,
    );
    this.coreReach = Math.round(this.restRadius * 0.96);
    this.core = ellipseGlow(
      createLayer,
      mix(palette.companion, palette.accent, 0.3),
      this.coreReach * 2,
      this.coreReach * 2,
      palette.isDark ? 0.75 : 0.45,
    );
  }

  paintStill(): void {
    // Nothing stands still here.
  }

  paint(context: Canvas2D, frame: AudioFrame): readonly Rect[] {
    const radius = this.restRadius * (1 + PULSE_SHARE * frame.bassPulse);
    const painted = this.extent(frame, radius);
    this.paintHalo(context, frame);
    this.paintRays(context, frame, radius);
    this.paintPeaks(context, frame, radius);
    this.paintDisc(context, frame, radius);
    return [painted];
  }

  private extent(frame: AudioFrame, radius: number): Rect {
    const { unit } = this.kit.composition;
    let highest = 0;
    for (const peak of frame.peaks) highest = Math.max(highest, peak);
    const reach = Math.max(this.haloReach, radius + highest * this.longestRay + 24 * unit);
    return { x: this.centerX - reach, y: this.centerY - reach, width: reach * 2, height: reach * 2 };
  }

  private paintHalo(context: Canvas2D, frame: AudioFrame): void {
    const { palette } = this.kit;
    context.globalCompositeOperation = palette.glowOperation;
    context.globalAlpha = Math.min(1, 0.25 + 0.45 * frame.loudness + 0.5 * frame.bassPulse);
    context.drawImage(this.halo.image, this.centerX - this.haloReach, this.centerY - this.haloReach);
    context.globalAlpha = 1;
    context.globalCompositeOperation = 'source-over';
  }

  private paintRays(context: Canvas2D, frame: AudioFrame, radius: number): void {
    this.rayFill ??= this.createRayFill(context);
    context.fillStyle = this.rayFill;
    const halfWidth = ((2 * Math.PI * radius) / RAYS) * 0.3;
    const inner = radius + 8 * this.kit.composition.unit;
    context.beginPath();
    for (let ray = 0; ray < RAYS; ray += 1) {
      const outer = inner + Math.max(halfWidth * 2, (frame.bands[bandOf(ray)] ?? 0) * this.longestRay);
      this.traceRay(context, angleOf(ray, frame.timeSeconds), inner, outer, halfWidth);
    }
    context.fill();
  }

  private paintPeaks(context: Canvas2D, frame: AudioFrame, radius: number): void {
    const { unit } = this.kit.composition;
    const halfWidth = ((2 * Math.PI * radius) / RAYS) * 0.3;
    context.fillStyle = css(this.kit.palette.bright, 0.85);
    context.beginPath();
    for (let ray = 0; ray < RAYS; ray += 1) {
      const peak = frame.peaks[bandOf(ray)] ?? 0;
      if (peak < 0.05) continue;
      const at = radius + 16 * unit + peak * this.longestRay;
      this.traceRay(context, angleOf(ray, frame.timeSeconds), at, at + Math.max(2, 3.5 * unit), halfWidth);
    }
    context.fill();
  }

  private traceRay(context: Canvas2D, angle: number, inner: number, outer: number, halfWidth: number): void {
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const [dx, dy] = [-sin * halfWidth, cos * halfWidth];
    const flare = 1.25;
    context.moveTo(this.centerX + cos * inner - dx, this.centerY + sin * inner - dy);
    context.lineTo(this.centerX + cos * outer - dx * flare, this.centerY + sin * outer - dy * flare);
    context.lineTo(this.centerX + cos * outer + dx * flare, this.centerY + sin * outer + dy * flare);
    context.lineTo(this.centerX + cos * inner + dx, this.centerY + sin * inner + dy);
    context.closePath();
  }

  private paintDisc(context: Canvas2D, frame: AudioFrame, radius: number): void {
    const { palette, composition } = this.kit;
    context.fillStyle = css(mix(palette.background, { r: 0, g: 0, b: 0 }, palette.isDark ? 0.35 : 0), 0.92);
    context.beginPath();
    context.arc(this.centerX, this.centerY, radius, 0, Math.PI * 2);
    context.fill();
    context.globalCompositeOperation = palette.glowOperation;
    context.globalAlpha = Math.min(1, 0.12 + 0.2 * frame.loudness + 0.8 * frame.bassPulse);
    context.drawImage(this.core.image, this.centerX - this.coreReach, this.centerY - this.coreReach);
    context.globalAlpha = 1;
    context.globalCompositeOperation = 'source-over';
    context.lineWidth = Math.max(1.5, (3 + 3 * frame.bassPulse) * composition.unit);
    context.strokeStyle = css(palette.bright, 0.9);
    context.stroke();
  }

  private createRayFill(context: Canvas2D): Gradient {
    const { companion, accent, bright } = this.kit.palette;
    const fill = context.createRadialGradient(
      this.centerX,
      this.centerY,
      this.restRadius,
      this.centerX,
      this.centerY,
      this.restRadius * (1 + PULSE_SHARE) + this.longestRay,
    );
    fill.addColorStop(0, css(companion));
    fill.addColorStop(0.45, css(accent));
    fill.addColorStop(1, css(bright));
    return fill;
  }
}

/** Rays 0 … BANDS − 1 go up one side, the others come down the other. */
function bandOf(ray: number): number {
  return ray < BANDS ? ray : RAYS - 1 - ray;
}

function angleOf(ray: number, timeSeconds: number): number {
  return Math.PI / 2 + ((ray + 0.5) / RAYS) * Math.PI * 2 + timeSeconds * TURN_RADIANS_PER_SECOND;
}
