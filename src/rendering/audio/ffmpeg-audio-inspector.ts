import { FileValidationError, RenderingResourceError, RenderingTimeoutError } from '../../platform/errors/index.js';
import type { AudioInspector, InspectedAudio } from '../ports/audio-inspector.port.js';
import { MEASURING_BYTES_PER_SECOND, measuringArguments } from '../renderer/ffmpeg-arguments.js';
import { FfmpegFailure, toRenderingError } from '../renderer/ffmpeg-error.js';
import { FfmpegProcess } from '../renderer/ffmpeg-process.js';
import { recogniseAudio, type RecognisedAudio } from './recognise-audio.js';

const SHORTEST_SECONDS = 1;
const LONGEST_SECONDS = 600;
/** Lossy encoders pad a track by a fraction of a second at both ends; ten minutes of music are ten minutes all the same. */
const PADDING_SECONDS = 0.2;
/** Less than promised by more than this means that the end is missing. Headers round, and encoders count their padding differently. */
const TOLERATED_LOSS_SECONDS = 0.75;
const TOLERATED_LOSS_SHARE = 0.02;
const DEFAULT_STALL_MS = 30_000;

/**
 * Recognises a track by its content and decodes it once, because only decoding tells whether it can be played to its end and how long
 * it really is. Ogg and AAC streams do not say how long they should be: when cut off they pass as the shorter tracks they have become.
 */
export class FfmpegAudioInspector implements AudioInspector {
  /**
   * @param ffmpegPath - the binary.
   * @param stallMs - time without a decoded sample after which the decoder is given up, in milliseconds.
   */
  constructor(
    private readonly ffmpegPath: string,
    private readonly stallMs = DEFAULT_STALL_MS,
  ) {}

  async inspect(path: string, { signal }: { readonly signal: AbortSignal }): Promise<InspectedAudio> {
    signal.throwIfAborted();
    const { promisedSeconds, ...recognised } = await recogniseAudio(path);
    signal.throwIfAborted();
    refuseTooLong(promisedSeconds ?? 0);
    const durationSeconds = await this.measure(path, recognised.format, signal);
    refuseTooLong(durationSeconds);
    refuseCutOff(durationSeconds, promisedSeconds);
    if (durationSeconds < SHORTEST_SECONDS) {
      throw new FileValidationError('AUDIO_TOO_SHORT', {
        details: { min_duration_seconds: SHORTEST_SECONDS, duration_seconds: rounded(durationSeconds) },
      });
    }
    return { ...recognised, durationSeconds };
  }

  private async measure(path: string, format: RecognisedAudio['format'], signal: AbortSignal): Promise<number> {
    const args = measuringArguments(path, format, LONGEST_SECONDS + 1);
    const decoder = new FfmpegProcess(this.ffmpegPath, args, { input: false, progress: false });
    decoder.yieldToOthers();
    const stop = (): void => decoder.stop();
    signal.addEventListener('abort', stop, { once: true });
    let stalled = false;
    const stallTimer = setTimeout(() => {
      stalled = true;
      stop();
    }, this.stallMs);
    try {
      let bytes = 0;
      decoder.output.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        stallTimer.refresh();
      });
      const outcome = await decoder.ended;
      signal.throwIfAborted();
      if (stalled) throw gaveUp(this.stallMs);
      if (outcome.exitCode === 0) return bytes / MEASURING_BYTES_PER_SECOND;
      const error = toRenderingError('decoder', outcome);
      // A decoder that was ended by a signal, or never began, has said nothing about the track.
      if (error instanceof RenderingResourceError || outcome.exitCode === null) throw error;
      throw new FileValidationError('AUDIO_CORRUPT', { cause: new FfmpegFailure('decoder', outcome) });
    } finally {
      clearTimeout(stallTimer);
      signal.removeEventListener('abort', stop);
    }
  }
}

function gaveUp(stallMs: number): RenderingTimeoutError {
  return new RenderingTimeoutError('RENDERING_STALLED', {
    message: 'Checking the track stopped making progress and was ended.',
    details: { stalled_seconds: Math.round(stallMs / 1_000) },
  });
}

function refuseTooLong(durationSeconds: number): void {
  if (durationSeconds <= LONGEST_SECONDS + PADDING_SECONDS) return;
  throw new FileValidationError('AUDIO_TOO_LONG', {
    details: { max_duration_seconds: LONGEST_SECONDS, duration_seconds: rounded(durationSeconds) },
  });
}

function refuseCutOff(durationSeconds: number, promisedSeconds: number | undefined): void {
  if (promisedSeconds === undefined) return;
  const tolerated = Math.max(TOLERATED_LOSS_SECONDS, promisedSeconds * TOLERATED_LOSS_SHARE);
  if (promisedSeconds - durationSeconds <= tolerated) return;
  throw new FileValidationError('AUDIO_CORRUPT', {
    cause: new Error(`${durationSeconds} s could be decoded of ${promisedSeconds} s promised`),
  });
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
