import { type Canvas, createCanvas } from '@napi-rs/canvas';
import { type AudioFrame, type Layer, type Rect, Stage, type VisualSettings } from '../visuals/index.js';
import { loadTitleFonts } from './title-fonts.js';
import { YuvFrame } from './yuv-frame.js';

/**
 * The Skia canvas keeps every drawing call since it was last cleared. Clearing it now and then bounds what it keeps, whatever the
 * length of the track; the frame is then drawn from the bare background, which gives the same pixels.
 */
const FRAMES_BETWEEN_CLEARINGS = 120;
const THUMBNAIL_LONG_SIDE_PX = 960;
const THUMBNAIL_QUALITY = 86;

/** Draws frames on a Skia canvas and keeps the current one as planar 4:2:0, of which only the changed parts are read back and converted. */
export class FramePainter {
  readonly stage: Stage;
  private readonly canvas: Canvas;
  private readonly yuv: YuvFrame;
  private sinceClearing = 0;

  constructor(private readonly settings: VisualSettings) {
    const { widthPx, heightPx } = settings;
    const canvases: Canvas[] = [];
    this.stage = new Stage(
      settings,
      (width, height) => layerOf(remember(canvases, createCanvas(width, height))),
      loadTitleFonts(settings.title ?? ''),
    );
    this.canvas = canvasOf(canvases, this.stage.surface);
    this.yuv = new YuvFrame(widthPx, heightPx);
    this.refresh();
  }

  /** Reads the whole picture back, not only what has changed. */
  refresh(): void {
    this.convert({ x: 0, y: 0, width: this.settings.widthPx, height: this.settings.heightPx });
  }

  /** The current picture; overwritten by the next {@link paint}. */
  get bytes(): Uint8Array {
    return this.yuv.bytes;
  }

  paint(frame: AudioFrame): void {
    if (this.sinceClearing >= FRAMES_BETWEEN_CLEARINGS) this.clear();
    this.sinceClearing += 1;
    for (const rect of this.stage.draw(frame)) this.convert(rect);
  }

  /** The current picture, scaled down, as JPEG. */
  thumbnail(): Buffer {
    const { widthPx, heightPx } = this.settings;
    const scale = Math.min(1, THUMBNAIL_LONG_SIDE_PX / Math.max(widthPx, heightPx));
    const small = createCanvas(Math.round(widthPx * scale), Math.round(heightPx * scale));
    const context = small.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(this.canvas, 0, 0, small.width, small.height);
    return small.toBuffer('image/jpeg', THUMBNAIL_QUALITY);
  }

  private clear(): void {
    this.canvas.width = this.settings.widthPx;
    this.stage.repaintBackdrop();
    this.sinceClearing = 0;
  }

  private convert(rect: Rect): void {
    if (rect.width === 0 || rect.height === 0) return;
    const { x, y, width, height } = this.yuv.widened(rect);
    const { data } = this.canvas.getContext('2d').getImageData(x, y, width, height);
    this.yuv.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), { x, y, width, height });
    // Frees the pixels now rather than at some later garbage collection: the next frame's then reuse the same memory.
    if (data.buffer instanceof ArrayBuffer) data.buffer.transfer(0);
  }
}

function layerOf(canvas: Canvas): Layer {
  return { image: canvas, context: canvas.getContext('2d') };
}

function remember(canvases: Canvas[], canvas: Canvas): Canvas {
  canvases.push(canvas);
  return canvas;
}

function canvasOf(canvases: readonly Canvas[], layer: Layer): Canvas {
  const canvas = canvases.find((candidate) => candidate === layer.image);
  if (canvas === undefined) throw new Error('The surface of the stage is not one of its own layers');
  return canvas;
}
