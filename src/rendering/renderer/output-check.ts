import { stat } from 'node:fs/promises';
import { parseFile } from 'music-metadata';
import { RenderingError } from '../../platform/errors/index.js';

/** What a finished video turned out to be. */
export interface CheckedOutput {
  readonly sizeBytes: number;
  readonly durationSeconds: number;
}

type Reason = 'duration' | 'streams' | 'empty' | 'unreadable';

const TOLERANCE_SECONDS = 0.5;

/**
 * Looks at the finished file itself, not at what the encoder said about it.
 *
 * @param expectedSeconds - length of the track.
 * @throws RenderingError `RENDERING_OUTPUT_INVALID` when it is empty, unreadable, lacks a stream, or a stream's length differs from the
 *   track's by more than half a second.
 */
export async function checkOutput(videoPath: string, expectedSeconds: number): Promise<CheckedOutput> {
  const sizeBytes = await sizeOf(videoPath);
  if (sizeBytes === 0) throw invalid('empty');
  const { trackInfo, duration } = await formatOf(videoPath);
  const video = trackInfo.find(
    ({ codecName, type, video: picture }) =>
      picture !== undefined || /avc|264/i.test(codecName ?? '') || Number(type) === 1,
  );
  const audio = trackInfo.find(({ audio: sound, type }) => sound !== undefined || Number(type) === 2);
  if (video === undefined || audio === undefined || duration === undefined) throw invalid('streams');
  for (const seconds of [duration, video.duration ?? duration, audio.duration ?? duration]) {
    if (Math.abs(seconds - expectedSeconds) > TOLERANCE_SECONDS) {
      throw invalid('duration', new Error(`${seconds} s instead of ${expectedSeconds} s`));
    }
  }
  return { sizeBytes, durationSeconds: duration };
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    throw invalid('unreadable', error);
  }
}

async function formatOf(path: string): Promise<Awaited<ReturnType<typeof parseFile>>['format']> {
  try {
    return (await parseFile(path, { duration: true, skipCovers: true })).format;
  } catch (error) {
    throw invalid('unreadable', error);
  }
}

function invalid(reason: Reason, cause?: unknown): RenderingError {
  return new RenderingError('RENDERING_OUTPUT_INVALID', { details: { reason }, cause });
}
