import { AttackDecay } from './envelopes.js';

/** Points of each channel's waveform. */
export const WAVE_POINTS = 256;
const SAMPLES_PER_POINT = 8;
const SPAN = WAVE_POINTS * SAMPLES_PER_POINT;
const LOUDEST_GAIN = 14;

/**
 * Cuts a steady stretch of waveform out of an analysis window: smoothed (each point is the mean of its samples), started where the mix
 * crosses zero upwards so that a held tone stands still, and brought to full height by a slow gain.
 */
export class WaveWindow {
  readonly left = new Float32Array(WAVE_POINTS);
  readonly right = new Float32Array(WAVE_POINTS);
  private ceiling: AttackDecay | undefined;

  /** @param left - one analysis window per channel, longer than the stretch that is cut out. */
  analyse(left: Float32Array, right: Float32Array, stepSeconds: number): void {
    const start = risingEdge(left, right, left.length / 2 - SPAN / 2);
    resample(left, start, this.left);
    resample(right, start, this.right);
    this.ceiling ??= new AttackDecay(stepSeconds, 0.03, 3.5, 0.3);
    let loudest = 0;
    for (let i = 0; i < WAVE_POINTS; i += 1) {
      loudest = Math.max(loudest, Math.abs(this.left[i] ?? 0), Math.abs(this.right[i] ?? 0));
    }
    const gain = Math.min(LOUDEST_GAIN, 1 / Math.max(this.ceiling.follow(loudest), 1e-3));
    for (let i = 0; i < WAVE_POINTS; i += 1) {
      this.left[i] = (this.left[i] ?? 0) * gain;
      this.right[i] = (this.right[i] ?? 0) * gain;
    }
  }
}

/** The steepest upward zero crossing of the smoothed mix in the first quarter of the window before `latest`, or `latest` if there is none. */
function risingEdge(left: Float32Array, right: Float32Array, latest: number): number {
  const reach = 32;
  let best = latest;
  let steepest = 0;
  let before = 0;
  for (let at = reach; at <= latest; at += 4) {
    let after = 0;
    for (let i = 0; i < reach; i += 4) after += (left[at + i] ?? 0) + (right[at + i] ?? 0);
    if (before <= 0 && after > 0 && after - before > steepest) {
      steepest = after - before;
      best = at;
    }
    before = after;
  }
  return best;
}

function resample(samples: Float32Array, start: number, out: Float32Array): void {
  for (let point = 0; point < WAVE_POINTS; point += 1) {
    const at = start + point * SAMPLES_PER_POINT;
    let sum = 0;
    for (let i = 0; i < SAMPLES_PER_POINT * 2; i += 1) sum += samples[at + i] ?? 0;
    out[point] = sum / (SAMPLES_PER_POINT * 2);
  }
}
