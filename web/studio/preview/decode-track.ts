import { ANALYSIS_RATE_HZ } from '../../../src/rendering/visuals/index.ts';

/** A track as the analyser takes it. */
export interface DecodedTrack {
  readonly left: Float32Array;
  readonly right: Float32Array;
  readonly durationSeconds: number;
}

/** Decodes a file in the browser, resampled as the renderer does it. @returns null when this browser cannot decode it */
export async function decodeTrack(file: Blob): Promise<DecodedTrack | null> {
  const context = new OfflineAudioContext(2, 1, ANALYSIS_RATE_HZ);
  try {
    const audio = await context.decodeAudioData(await file.arrayBuffer());
    const left = audio.getChannelData(0);
    const right = audio.numberOfChannels > 1 ? audio.getChannelData(1) : left;
    return { left, right, durationSeconds: audio.duration };
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}
