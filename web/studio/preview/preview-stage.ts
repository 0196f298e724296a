import {
  ANALYSIS_RATE_HZ,
  ANALYSIS_WINDOW,
  type AudioFrame,
  type Layer,
  Stage,
} from '../../../src/rendering/visuals/index.ts';
import type { RenderConfigDto } from '../../generated/api.ts';
import type { DecodedTrack } from './decode-track.ts';

/** The slow gain of the analyser has forgotten what lies further back. Whole seconds, which is where the looks count from. */
const WARM_UP_SECONDS = 40;

/** Draws frames of a track as the renderer draws them: the same code, in the same order, at the same size. */
export class PreviewStage {
  private readonly stage: Stage;
  private readonly context: CanvasRenderingContext2D;
  private readonly window = { left: new Float32Array(ANALYSIS_WINDOW), right: new Float32Array(ANALYSIS_WINDOW) };
  /** The first frame that was not analysed yet. */
  private nextFrame = 0;

  /** @param titleFonts - families that are loaded already. */
  constructor(
    canvas: HTMLCanvasElement,
    private readonly look: RenderConfigDto,
    private readonly track: DecodedTrack,
    titleFonts: readonly string[],
  ) {
    const { visualization, fps, color, background_color: backgroundColor, title } = look;
    const [widthPx = 0, heightPx = 0] = look.resolution.split('x').map(Number);
    canvas.width = widthPx;
    canvas.height = heightPx;
    this.context = contextOf(canvas);
    const settings = { visualization, widthPx, heightPx, fps, color, backgroundColor, title };
    this.stage = new Stage(settings, createLayer, titleFonts);
  }

  /** Shows the frame of this moment. Going on is cheap; going back, or far ahead, analyses what comes before it. */
  show(timeSeconds: number): void {
    const target = Math.round(timeSeconds * this.look.fps);
    if (target === this.nextFrame - 1) return;
    const warmUp = Math.max(0, Math.floor(target / this.look.fps) - WARM_UP_SECONDS) * this.look.fps;
    this.nextFrame = target < this.nextFrame ? warmUp : Math.max(this.nextFrame, warmUp);
    for (; this.nextFrame < target; this.nextFrame += 1) this.stage.skip(this.analyse(this.nextFrame));
    this.stage.draw(this.analyse(target));
    this.nextFrame = target + 1;
    this.context.drawImage(this.stage.surface.image as HTMLCanvasElement, 0, 0);
  }

  private analyse(index: number): AudioFrame {
    const from = Math.round((index * ANALYSIS_RATE_HZ) / this.look.fps) - ANALYSIS_WINDOW / 2;
    const left = copyWindow(this.track.left, from, this.window.left);
    const right = this.track.right === this.track.left ? left : copyWindow(this.track.right, from, this.window.right);
    return this.stage.analyser.analyse(left, right, index / this.look.fps);
  }
}

/** Samples from `from` on; silence before the first and after the last. */
function copyWindow(samples: Float32Array, from: number, window: Float32Array): Float32Array {
  window.fill(0);
  const start = Math.max(0, from);
  const end = Math.min(samples.length, from + window.length);
  if (end > start) window.set(samples.subarray(start, end), start - from);
  return window;
}

function createLayer(widthPx: number, heightPx: number): Layer {
  const image = document.createElement('canvas');
  image.width = widthPx;
  image.height = heightPx;
  return { image, context: contextOf(image) };
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser has no canvas');
  return context;
}
