import type { Layer, LayerFactory } from './canvas.js';
import type { Composition } from './composition.js';
import { css, mix, type Palette } from './palette.js';

const GRAIN_LEVELS = 1.6;

/**
 * The ground on which a look stands: the customer's background with a breath of the accent behind the visual, darker to the corners.
 * A grain of less than two levels keeps the soft gradient from showing steps in eight bits.
 */
export function paintBackdrop(createLayer: LayerFactory, composition: Composition, palette: Palette): Layer {
  const { widthPx, heightPx, visual } = composition;
  const layer = createLayer(widthPx, heightPx);
  const { context } = layer;
  const centerX = visual.x + visual.width / 2;
  const centerY = visual.y + visual.height * 0.55;
  const reach = Math.hypot(widthPx, heightPx) * 0.62;
  const edge = mix(palette.background, { r: 0, g: 0, b: 0 }, palette.isDark ? 0.38 : 0.1);
  const tint = mix(palette.background, mix(palette.accent, palette.companion, 0.5), palette.isDark ? 0.13 : 0.07);
  const gradient = context.createRadialGradient(centerX, centerY, 0, centerX, centerY, reach);
  gradient.addColorStop(0, css(tint));
  gradient.addColorStop(0.5, css(palette.background));
  gradient.addColorStop(1, css(edge));
  context.fillStyle = gradient;
  context.fillRect(0, 0, widthPx, heightPx);
  addGrain(layer, widthPx, heightPx);
  return layer;
}

function addGrain(layer: Layer, widthPx: number, heightPx: number): void {
  const pixels = layer.context.getImageData(0, 0, widthPx, heightPx);
  const { data } = pixels;
  let state = 0x2545f491;
  for (let i = 0; i < data.length; i += 4) {
    // xorshift32 (Marsaglia 2003): the same grain in every render.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const grain = ((state >>> 8) / 0x1000000 - 0.5) * 2 * GRAIN_LEVELS;
    data[i] = (data[i] ?? 0) + grain;
    data[i + 1] = (data[i + 1] ?? 0) + grain;
    data[i + 2] = (data[i + 2] ?? 0) + grain;
  }
  layer.context.putImageData(pixels, 0, 0);
}
