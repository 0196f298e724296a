import { ANALYSIS_RATE_HZ } from '../../../src/rendering/visuals/index.ts';
import type { DecodedTrack } from './decode-track.ts';

const SECONDS = 2;
const BEAT_SECONDS = 0.5;
/** A minor ninth over its bass, in hertz, up to where a small speaker shines. */
const CHORD_HZ = [55, 110, 220, 261.6, 329.6, 392, 493.9, 880, 1_318.5, 2_637, 5_274] as const;

let made: DecodedTrack | null = null;

/** A made-up beat over a chord, to show a look with before there is a track. It takes a while to make, once. */
export function exampleTrack(): DecodedTrack {
  made ??= make();
  return made;
}

function make(): DecodedTrack {
  const samples = Float32Array.from({ length: SECONDS * ANALYSIS_RATE_HZ }, (_, index) => sampleAt(index));
  return { left: samples, right: samples, durationSeconds: SECONDS };
}

function sampleAt(index: number): number {
  const seconds = index / ANALYSIS_RATE_HZ;
  const sinceBeat = seconds % BEAT_SECONDS;
  const kick =
    Math.sin(2 * Math.PI * (48 * sinceBeat + 3 * (1 - Math.exp(-30 * sinceBeat)))) * Math.exp(-7 * sinceBeat);
  const chord = CHORD_HZ.reduce(
    (sum, hertz, voice) => sum + Math.sin(2 * Math.PI * hertz * seconds) / (voice + 2) ** 0.8,
    0,
  );
  return 0.5 * kick + 0.09 * chord * (0.6 + 0.4 * Math.exp(-4 * sinceBeat));
}
