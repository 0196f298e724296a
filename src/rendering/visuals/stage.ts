import { AudioAnalyser } from './audio-analyser.js';
import type { AudioFrame } from './audio-frame.js';
import { paintBackdrop } from './backdrop.js';
import { alignedToChroma, type Layer, type LayerFactory, type Rect, unionOf } from './canvas.js';
import { composeFor } from './composition.js';
import { createLook } from './looks/create-look.js';
import type { Look } from './looks/look.js';
import { paletteOf } from './palette.js';
import type { VisualSettings } from './settings.js';
import { paintTitle } from './title.js';

/**
 * A surface on which one look plays. The background, with the title, is painted once; each frame restores it only where the frame
 * before was painted, and {@link draw} says which rectangles of the surface have changed.
 */
export class Stage {
  readonly surface: Layer;
  readonly analyser: AudioAnalyser;
  private readonly backdrop: Layer;
  private readonly look: Look;
  private painted: readonly Rect[] = [];

  /**
   * @param titleFontFamilies - CSS font families in order of preference, already loaded.
   */
  constructor(
    private readonly settings: VisualSettings,
    createLayer: LayerFactory,
    titleFontFamilies: readonly string[],
  ) {
    const { widthPx, heightPx } = settings;
    const palette = paletteOf(settings.color, settings.backgroundColor);
    const composition = composeFor(widthPx, heightPx, settings.title !== null);
    this.look = createLook(settings.visualization, { composition, palette, createLayer });
    this.analyser = new AudioAnalyser(this.look.bandCount, settings.fps);
    this.backdrop = paintBackdrop(createLayer, composition, palette);
    this.look.paintStill(this.backdrop.context);
    if (settings.title !== null) {
      paintTitle(this.backdrop.context, settings.title, composition.title, palette, titleFontFamilies, createLayer);
    }
    this.surface = createLayer(widthPx, heightPx);
    this.repaintBackdrop();
  }

  /** Puts the bare background onto the whole surface, as at the start; needed after the surface was cleared from outside. */
  repaintBackdrop(): void {
    this.surface.context.drawImage(this.backdrop.image, 0, 0);
  }

  /** Takes in a frame that is not painted, so that the next ones look as if it had been. */
  skip(frame: AudioFrame): void {
    this.look.follow?.(frame);
  }

  /**
   * Paints one frame.
   *
   * @returns what differs from the frame before, in whole chroma blocks inside the surface.
   */
  draw(frame: AudioFrame): readonly Rect[] {
    this.skip(frame);
    const { widthPx, heightPx } = this.settings;
    for (const { x, y, width, height } of this.painted) {
      if (width > 0 && height > 0) {
        this.surface.context.drawImage(this.backdrop.image, x, y, width, height, x, y, width, height);
      }
    }
    const before = this.painted;
    this.painted = this.look.paint(this.surface.context, frame).map((rect) => alignedToChroma(rect, widthPx, heightPx));
    return this.painted.map((rect, slot) => {
      const old = before[slot];
      return old === undefined ? rect : unionOf(rect, old);
    });
  }
}
