import type { AudioFrame } from './audio-frame.js';
import { approach, AttackDecay, PeakHold } from './envelopes.js';
import { SpectrumBands } from './spectrum-bands.js';
import { WaveWindow } from './wave-window.js';

/** Samples per channel that {@link AudioAnalyser.analyse} takes: 93 ms, enough to tell bass notes apart. */
export const ANALYSIS_WINDOW = 4096;
/** The rate to which a track is resampled before the analysis. */
export const ANALYSIS_RATE_HZ = 44_100;

/** From the quietest visible level to the loudest, in decibels. */
const RANGE_DB = 40;
const GATE_DB = -62;
const CONTRAST = 1.35;
const ATTACK_SECONDS = 0.016;
const DECAY_SECONDS = 0.13;
const LOWEST_REFERENCE_DB = -48;
const INITIAL_REFERENCE_DB = -14;
const BASS_SHARE_OF_BANDS = 0.2;

/**
 * Turns windows of samples into what the looks draw. Keeps state from frame to frame (envelopes, slow gain), so the frames of a track
 * are analysed in order, each once; the same windows always give the same frames.
 */
export class AudioAnalyser {
  private readonly spectrum: SpectrumBands;
  private readonly wave = new WaveWindow();
  private readonly targets: Float32Array;
  private readonly bands: Float32Array;
  private readonly peaks: PeakHold;
  private readonly reference: AttackDecay;
  private readonly loudness: AttackDecay;
  private readonly bassFloor: AttackDecay;
  private readonly stepSeconds: number;
  private readonly rise: number;
  private readonly fall: number;
  private readonly pulseFall: number;
  private bassPulse = 0;
  private stereoSeen = false;

  /** @param bandCount - bands the look wants; @param fps - frames a second at which {@link analyse} will be called. */
  constructor(
    private readonly bandCount: number,
    fps: number,
  ) {
    this.stepSeconds = 1 / fps;
    this.spectrum = new SpectrumBands(bandCount, ANALYSIS_WINDOW, ANALYSIS_RATE_HZ);
    this.targets = new Float32Array(bandCount);
    this.bands = new Float32Array(bandCount);
    this.peaks = new PeakHold(bandCount, this.stepSeconds);
    this.reference = new AttackDecay(this.stepSeconds, 0.25, 9, INITIAL_REFERENCE_DB);
    this.loudness = new AttackDecay(this.stepSeconds, 0.05, 0.35);
    this.bassFloor = new AttackDecay(this.stepSeconds, 0.22, 0.16);
    this.rise = approach(this.stepSeconds, ATTACK_SECONDS);
    this.fall = approach(this.stepSeconds, DECAY_SECONDS);
    this.pulseFall = 1 - approach(this.stepSeconds, 0.17);
  }

  /**
   * @param left - {@link ANALYSIS_WINDOW} samples at {@link ANALYSIS_RATE_HZ}, the moment of the frame in their middle.
   * @param right - the other channel, or the same array when there is one.
   */
  analyse(left: Float32Array, right: Float32Array, timeSeconds: number): AudioFrame {
    this.stereoSeen ||= differs(left, right);
    this.spectrum.analyse(left, right);
    this.measureTargets();
    this.moveBands();
    this.peaks.follow(this.bands);
    const loudness = this.loudness.follow(meanOf(this.targets, this.bandCount));
    this.moveBassPulse();
    this.wave.analyse(left, right, this.stepSeconds);
    return {
      timeSeconds,
      stepSeconds: this.stepSeconds,
      bands: this.bands,
      peaks: this.peaks.values,
      left: this.wave.left,
      right: this.wave.right,
      isStereo: this.stereoSeen,
      loudness: Math.min(1, loudness * 1.6),
      bassPulse: this.bassPulse,
    };
  }

  /** Levels relative to a slow reference of the track's own loudness, so that a quiet master fills the picture too and silence stays dark. */
  private measureTargets(): void {
    const { levelsDb } = this.spectrum;
    let loudest = LOWEST_REFERENCE_DB;
    for (const level of levelsDb) loudest = Math.max(loudest, level);
    const referenceDb = this.reference.follow(loudest);
    for (let band = 0; band < this.bandCount; band += 1) {
      const level = levelsDb[band] ?? GATE_DB;
      const share = level <= GATE_DB ? 0 : (level - referenceDb) / RANGE_DB + 1;
      this.targets[band] = Math.min(1, Math.max(0, share)) ** CONTRAST;
    }
  }

  private moveBands(): void {
    const { targets, bands } = this;
    for (let band = 0; band < this.bandCount; band += 1) {
      const own = targets[band] ?? 0;
      const target = 0.7 * own + 0.15 * ((targets[band - 1] ?? own) + (targets[band + 1] ?? own));
      const value = bands[band] ?? 0;
      bands[band] = value + (target - value) * (target > value ? this.rise : this.fall);
    }
  }

  /** The pulse answers to bass that rises above its own recent level, so a held bass note does not keep the picture swollen. */
  private moveBassPulse(): void {
    const bass = meanOf(this.targets, Math.max(1, Math.round(this.bandCount * BASS_SHARE_OF_BANDS)));
    const onset = Math.max(0, bass - this.bassFloor.value);
    this.bassFloor.follow(bass);
    this.bassPulse = Math.min(1, Math.max(this.bassPulse * this.pulseFall, onset * 2.6));
  }
}

function meanOf(values: Float32Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i += 1) sum += values[i] ?? 0;
  return sum / count;
}

function differs(left: Float32Array, right: Float32Array): boolean {
  if (left === right) return false;
  for (let i = 0; i < left.length; i += 16) {
    if (Math.abs((left[i] ?? 0) - (right[i] ?? 0)) > 0.003) return true;
  }
  return false;
}
