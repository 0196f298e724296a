import type { Layer, LayerFactory } from './canvas.js';
import { css, type Rgb } from './palette.js';

const STOPS = 16;

/** A soft round light, painted once and laid down wherever needed: blurring each frame would cost more than drawing it. */
export function roundGlow(createLayer: LayerFactory, color: Rgb, radiusPx: number, strength: number): Layer {
  const radius = Math.max(1, Math.ceil(radiusPx));
  const layer = createLayer(radius * 2, radius * 2);
  const gradient = layer.context.createRadialGradient(radius, radius, 0, radius, radius, radius);
  for (let stop = 0; stop <= STOPS; stop += 1) {
    gradient.addColorStop(stop / STOPS, css(color, strength * falloff(stop / STOPS)));
  }
  layer.context.fillStyle = gradient;
  layer.context.fillRect(0, 0, radius * 2, radius * 2);
  return layer;
}

/** A light along a vertical column, fading to its sides and, over its upper and lower tenth, to its ends; stretched to any height. */
export function columnGlow(createLayer: LayerFactory, color: Rgb, widthPx: number, strength: number): Layer {
  const width = Math.max(2, Math.ceil(widthPx));
  const height = 128;
  const layer = createLayer(width, height);
  const { context } = layer;
  const across = context.createLinearGradient(0, 0, width, 0);
  for (let stop = 0; stop <= STOPS; stop += 1) {
    across.addColorStop(stop / STOPS, css(color, strength * falloff(Math.abs((stop / STOPS) * 2 - 1))));
  }
  context.fillStyle = across;
  context.fillRect(0, 0, width, height);
  const along = context.createLinearGradient(0, 0, 0, height);
  along.addColorStop(0, 'rgba(0, 0, 0, 0)');
  along.addColorStop(0.14, 'rgba(0, 0, 0, 1)');
  along.addColorStop(0.9, 'rgba(0, 0, 0, 1)');
  along.addColorStop(1, 'rgba(0, 0, 0, 0)');
  context.globalCompositeOperation = 'destination-in';
  context.fillStyle = along;
  context.fillRect(0, 0, width, height);
  return layer;
}

/** Gaussian-like, exactly 0 at distance 1, so that a sprite has no visible border. */
function falloff(distance: number): number {
  const rest = 1 - Math.min(1, distance) ** 2;
  return rest * rest * rest;
}
