import type { AudioFrame } from '../audio-frame.js';
import type { Canvas2D, LayerFactory, Rect } from '../canvas.js';
import type { Composition } from '../composition.js';
import type { Palette } from '../palette.js';

/** What a look is built from. */
export interface LookKit {
  readonly composition: Composition;
  readonly palette: Palette;
  readonly createLayer: LayerFactory;
}

/**
 * One way of showing music. Paints on a surface on which the background has been restored wherever the look painted the frame before,
 * and says which rectangles it painted, always the same number in the same order.
 */
export interface Look {
  /** Bands of the spectrum that the look shows. */
  readonly bandCount: number;
  /** What never moves; painted once, on the background. */
  paintStill(context: Canvas2D): void;
  /** Takes in a frame of which something is remembered in later ones; each frame, in order, before it is painted or left out. */
  follow?(frame: AudioFrame): void;
  paint(context: Canvas2D, frame: AudioFrame): readonly Rect[];
}
