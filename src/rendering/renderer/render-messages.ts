import type { RenderRequest, RenderStage } from '../ports/renderer.port.js';
import type { FfmpegRole } from './ffmpeg-error.js';
import type { FfmpegOutcome } from './ffmpeg-process.js';

/** What the renderer process is told, once. */
export interface RenderOrder {
  readonly request: RenderRequest;
  readonly ffmpegPath: string;
  readonly encoderThreads: number;
  /** Resident memory of the renderer and its ffmpegs together above which it gives up, in bytes. */
  readonly memoryLimitBytes: number;
}

export interface RenderOutput {
  readonly videoPath: string;
  readonly thumbnailPath: string;
  readonly frames: number;
  readonly peakMemoryBytes: number;
  readonly peakGroupMemoryBytes: number;
}

/** Why the renderer process gave up, in a form that survives the way to its parent. */
export type RenderFailure =
  | { readonly reason: 'ffmpeg'; readonly role: FfmpegRole; readonly outcome: FfmpegOutcome }
  | { readonly reason: 'memory'; readonly usedBytes: number; readonly limitBytes: number }
  | { readonly reason: 'disk'; readonly description: string }
  | { readonly reason: 'unexpected'; readonly description: string };

/** What the renderer process tells its parent. */
export type RenderReport =
  | { readonly kind: 'progress'; readonly fraction: number; readonly stage: RenderStage }
  | { readonly kind: 'done'; readonly output: RenderOutput }
  | { readonly kind: 'failed'; readonly failure: RenderFailure };

/** Carries a {@link RenderFailure} through the renderer process. */
export class RenderFailedError extends Error {
  override readonly name = 'RenderFailedError';

  constructor(readonly failure: RenderFailure) {
    super(`The render failed: ${failure.reason}`);
  }
}

/** Puts anything thrown into a form that can be sent. */
export function toRenderFailure(error: unknown): RenderFailure {
  if (error instanceof RenderFailedError) return error.failure;
  const description = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')) {
    return { reason: 'disk', description };
  }
  return { reason: 'unexpected', description };
}
