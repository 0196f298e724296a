import { synthesizeTrack } from '../../demo/synthesize-track.js';

/** A small real track: stereo WAV with chords and a beat. */
export function track(seconds: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(synthesizeTrack(seconds));
}
