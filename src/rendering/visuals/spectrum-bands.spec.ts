import { SpectrumBands } from './spectrum-bands.js';

const RATE = 44_100;
const SIZE = 4096;

function sine(frequencyHz: number, amplitude = 0.5): Float32Array {
  return Float32Array.from({ length: SIZE }, (_, i) => amplitude * Math.sin((2 * Math.PI * frequencyHz * i) / RATE));
}

function strongestBand(bands: SpectrumBands): number {
  return bands.levelsDb.indexOf(Math.max(...bands.levelsDb));
}

describe('SpectrumBands', () => {
  it('lights the bands in order while a sine sweeps from bass to treble', () => {
    const bands = new SpectrumBands(48, SIZE, RATE);
    const lit: number[] = [];
    for (let frequency = 60; frequency < 12_000; frequency *= 1.18) {
      const wave = sine(frequency);
      bands.analyse(wave, wave);
      lit.push(strongestBand(bands));
    }
    expect(lit).toEqual(lit.toSorted((a, b) => a - b));
    expect(new Set(lit).size).toBeGreaterThan(20);
    expect(lit[0]).toBeLessThan(8);
    expect(lit.at(-1)).toBeGreaterThan(38);
  });

  it('measures a sine of full scale at 1 kHz as 0 dB', () => {
    const bands = new SpectrumBands(48, SIZE, RATE);
    const wave = sine(1000, 1);
    bands.analyse(wave, wave);
    expect(Math.abs(Math.max(...bands.levelsDb))).toBeLessThan(1.5);
  });

  it('mixes both channels, so that a tone on one side alone is 6 dB quieter', () => {
    const bands = new SpectrumBands(48, SIZE, RATE);
    const wave = sine(1000);
    bands.analyse(wave, wave);
    const both = Math.max(...bands.levelsDb);
    bands.analyse(wave, new Float32Array(SIZE));
    expect(both - Math.max(...bands.levelsDb)).toBeCloseTo(6.02, 1);
  });

  it('gives finite, low levels for silence', () => {
    const bands = new SpectrumBands(48, SIZE, RATE);
    bands.analyse(new Float32Array(SIZE), new Float32Array(SIZE));
    expect(Math.max(...bands.levelsDb)).toBeLessThan(-80);
    expect([...bands.levelsDb].every(Number.isFinite)).toBe(true);
  });
});
