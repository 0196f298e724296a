import type { InspectedAudio } from './audio-inspector.port.js';

/** Injection token of the {@link Renderer}. */
export const RENDERER = Symbol('Renderer');

/** The looks a customer may choose. */
export const VISUALIZATIONS = ['bars', 'waveform', 'circular', 'spectrum'] as const;

export type Visualization = (typeof VISUALIZATIONS)[number];

/** What the customer chose; validated by the caller. */
export interface RenderLook {
  readonly visualization: Visualization;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Whole frames per second, 15–60. */
  readonly fps: number;
  /** `#rrggbb`. */
  readonly color: string;
  /** `#rrggbb`. */
  readonly backgroundColor: string;
  /** Any text of at most 80 characters, or none. */
  readonly title: string | null;
}

export interface RenderRequest {
  /** Absolute path of the track as uploaded. */
  readonly audioPath: string;
  /** An existing directory of this attempt alone; everything is written into it, and the caller removes it. */
  readonly workDirectory: string;
  readonly look: RenderLook;
  readonly audio: InspectedAudio;
}

/** `preparing` checks resources and starts, `rendering` draws and encodes, `finalizing` moves the index to the front and verifies. */
export type RenderStage = 'preparing' | 'rendering' | 'finalizing';

export interface RenderProgress {
  /** 0–1, never falls. */
  readonly fraction: number;
  readonly stage: RenderStage;
}

export interface RenderOptions {
  /** Aborting terminates the renderer's whole process group; `render` rejects with the signal's reason once it is gone. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: RenderProgress) => void;
}

export interface RenderedVideo {
  /** MP4 (H.264 yuv420p, AAC, index in front) inside the work directory. */
  readonly videoPath: string;
  /** JPEG of a telling moment, in the video's aspect ratio, inside the work directory. */
  readonly thumbnailPath: string;
  readonly sizeBytes: number;
  readonly durationSeconds: number;
  readonly frames: number;
  readonly renderMs: number;
  /** Highest resident set of the renderer process itself, without its two ffmpegs. */
  readonly peakMemoryBytes: number;
  /** Highest sum of the resident sets of the renderer and its ffmpegs, as sampled. */
  readonly peakGroupMemoryBytes: number;
}

/** Turns a track and a look into a video. */
export interface Renderer {
  /**
   * @throws RenderingError when the encoder or the renderer fails,
   *   RenderingTimeoutError when it stalls for 30 s or exceeds max(120 s, 8 × track length),
   *   RenderingResourceError when disk or memory does not suffice (before the start, or on the way).
   */
  render(request: RenderRequest, options: RenderOptions): Promise<RenderedVideo>;
}
