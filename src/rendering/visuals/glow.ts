import type { Layer, LayerFactory } from './canvas.js';
import { css, type Rgb } from './palette.js';

const STOPS = 16;

/**
 * A soft elliptic light, painted once at the size at which it will be laid down: blurring each frame would cost more than drawing it, and
 * scaling a small sprite costs four times as much as copying a large one.
 */
export function ellipseGlow(
  createLayer: LayerFactory,
  color: Rgb,
  widthPx: number,
  heightPx: number,
  strength: number,
): Layer {
  const size = 256;
  const round = createLayer(size, size);
  const gradient = round.context.createRadialGradient(size / 2, size / 2, 0, size / 2, size / 2, size / 2);
  for (let stop = 0; stop <= STOPS; stop += 1) {
    gradient.addColorStop(stop / STOPS, css(color, strength * falloff(stop / STOPS)));
  }
  round.context.fillStyle = gradient;
  round.context.fillRect(0, 0, size, size);
  const layer = createLayer(Math.max(1, Math.round(widthPx)), Math.max(1, Math.round(heightPx)));
  layer.context.drawImage(round.image, 0, 0, Math.max(1, Math.round(widthPx)), Math.max(1, Math.round(heightPx)));
  return layer;
}

/** Paints a light around a rounded column into a sprite: a stack of ever wider, ever fainter shapes that add up to a soft edge. */
export function paintColumnGlow(
  layer: Layer,
  column: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  color: Rgb,
  reachPx: number,
  strength: number,
): void {
  const { context } = layer;
  const rings = Math.max(3, Math.min(20, Math.round(reachPx)));
  for (let ring = rings; ring >= 1; ring -= 1) {
    const grow = (reachPx * ring) / rings;
    context.fillStyle = css(color, (strength * 2 * (1 - (ring - 1) / rings)) / rings);
    context.beginPath();
    context.roundRect(
      column.x - grow,
      column.y - grow,
      column.width + 2 * grow,
      column.height + 2 * grow,
      column.width / 2 + grow,
    );
    context.fill();
  }
}

/** Gaussian-like, exactly 0 at distance 1, so that a sprite has no visible border. */
function falloff(distance: number): number {
  const rest = 1 - Math.min(1, distance) ** 2;
  return rest * rest * rest;
}
