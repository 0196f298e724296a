import FFT from 'fft.js';

const LOWEST_HZ = 38;
const HIGHEST_HZ = 15_000;
/** Music falls by some 3–4.5 dB per octave; raising the treble by this much lets all bands move alike. */
const TILT_DB_PER_OCTAVE = 3.2;
const TILT_REFERENCE_HZ = 1000;
const SILENCE_DB = -100;

/**
 * Spectrum of one window of samples in logarithmically spaced bands.
 *
 * Hann window and a real FFT (fft.js, radix 4). A band wider than a bin takes its strongest bin, a narrower one the value interpolated
 * at its centre, so that neighbouring bass bands do not move as one block.
 */
export class SpectrumBands {
  readonly levelsDb: Float32Array;
  private readonly fft: FFT;
  private readonly window: Float32Array;
  private readonly input: Float64Array;
  private readonly output: Float64Array;
  private readonly binsDb: Float32Array;
  private readonly edges: Float32Array;
  private readonly tiltsDb: Float32Array;

  /**
   * @param windowSize - samples in a window, a power of two.
   * @param sampleRateHz - of those samples.
   */
  constructor(
    readonly bandCount: number,
    private readonly windowSize: number,
    sampleRateHz: number,
  ) {
    this.levelsDb = new Float32Array(bandCount);
    this.fft = new FFT(windowSize);
    this.window = Float32Array.from(
      { length: windowSize },
      (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / windowSize),
    );
    this.input = new Float64Array(windowSize);
    this.output = new Float64Array(windowSize * 2);
    this.binsDb = new Float32Array(windowSize / 2);
    const hzPerBin = sampleRateHz / windowSize;
    const frequencyAt = (band: number): number => LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ) ** (band / bandCount);
    this.edges = Float32Array.from({ length: bandCount + 1 }, (_, band) => frequencyAt(band) / hzPerBin);
    this.tiltsDb = Float32Array.from(
      { length: bandCount },
      (_, band) => TILT_DB_PER_OCTAVE * Math.log2(frequencyAt(band + 0.5) / TILT_REFERENCE_HZ),
    );
  }

  /** Fills {@link levelsDb}; 0 dB is a sine of full scale at 1 kHz. `left` and `right` hold one window each. */
  analyse(left: Float32Array, right: Float32Array): void {
    const { windowSize, window, input, output, binsDb } = this;
    for (let i = 0; i < windowSize; i += 1) {
      input[i] = ((left[i] ?? 0) + (right[i] ?? 0)) * 0.5 * (window[i] ?? 0);
    }
    this.fft.realTransform(output, input);
    // A full-scale sine under a Hann window has a bin of magnitude windowSize / 4.
    const scale = 16 / (windowSize * windowSize);
    for (let bin = 0; bin < binsDb.length; bin += 1) {
      const re = output[2 * bin] ?? 0;
      const im = output[2 * bin + 1] ?? 0;
      const power = (re * re + im * im) * scale;
      binsDb[bin] = power > 1e-10 ? 10 * Math.log10(power) : SILENCE_DB;
    }
    for (let band = 0; band < this.bandCount; band += 1) {
      this.levelsDb[band] = this.bandLevelDb(band) + (this.tiltsDb[band] ?? 0);
    }
  }

  private bandLevelDb(band: number): number {
    const from = this.edges[band] ?? 0;
    const to = this.edges[band + 1] ?? 0;
    const first = Math.ceil(from);
    const last = Math.floor(to);
    let level = this.interpolatedDb((from + to) / 2);
    for (let bin = first; bin <= last; bin += 1) level = Math.max(level, this.binsDb[bin] ?? SILENCE_DB);
    return level;
  }

  private interpolatedDb(position: number): number {
    const below = Math.floor(position);
    const a = this.binsDb[below] ?? SILENCE_DB;
    const b = this.binsDb[below + 1] ?? SILENCE_DB;
    return a + (b - a) * (position - below);
  }
}
