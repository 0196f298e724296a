import { ANALYSIS_RATE_HZ, ANALYSIS_WINDOW, AudioAnalyser } from './audio-analyser.js';

const FPS = 30;

type Signal = (seconds: number) => number;

const silence: Signal = () => 0;
const kick: Signal = (t) =>
  t % 0.5 < 0.2 ? 0.8 * Math.exp(-9 * (t % 0.5)) * Math.sin(2 * Math.PI * 60 * (t % 0.5)) : 0;
const tone =
  (frequencyHz: number, amplitude: number): Signal =>
  (t) =>
    amplitude * Math.sin(2 * Math.PI * frequencyHz * t);

function windowAt(signal: Signal, centerSeconds: number): Float32Array {
  const start = centerSeconds - ANALYSIS_WINDOW / 2 / ANALYSIS_RATE_HZ;
  return Float32Array.from({ length: ANALYSIS_WINDOW }, (_, i) => signal(start + i / ANALYSIS_RATE_HZ));
}

interface Snapshot {
  readonly bands: readonly number[];
  readonly peaks: readonly number[];
  readonly left: readonly number[];
  readonly isStereo: boolean;
  readonly bassPulse: number;
  readonly loudness: number;
}

function analyse(left: Signal, seconds: number, right: Signal = left, fps = FPS): readonly Snapshot[] {
  const analyser = new AudioAnalyser(48, fps);
  return Array.from({ length: Math.round(seconds * fps) }, (_, index) => {
    const l = windowAt(left, index / fps);
    const frame = analyser.analyse(l, left === right ? l : windowAt(right, index / fps), index / fps);
    const { isStereo, bassPulse, loudness } = frame;
    return { bands: [...frame.bands], peaks: [...frame.peaks], left: [...frame.left], isStereo, bassPulse, loudness };
  });
}

describe('AudioAnalyser', () => {
  it('keeps the picture dark in silence', () => {
    const last = analyse(silence, 1).at(-1);
    expect(Math.max(...(last?.bands ?? [1]))).toBe(0);
    expect(last?.bassPulse).toBe(0);
    expect(last?.loudness).toBe(0);
  });

  it('gives the same frames for the same samples', () => {
    expect(analyse(kick, 1)).toEqual(analyse(kick, 1));
  });

  it('lets the bass pulse jump with each kick and die away before the next', () => {
    const pulses = analyse(kick, 3)
      .map(({ bassPulse }) => bassPulse)
      .slice(FPS);
    const jumps = pulses.filter((pulse, i) => pulse > 0.4 && (pulses[i - 1] ?? 0) <= 0.4);
    expect(jumps.length).toBe(4);
    expect(Math.min(...pulses)).toBeLessThan(0.2);
  });

  it('raises a quiet track to nearly the height of a loud one', () => {
    const highest = (amplitude: number): number =>
      Math.max(...(analyse(tone(440, amplitude), 12).at(-1)?.bands ?? [0]));
    const [loud, quiet] = [highest(0.8), highest(0.05)];
    expect(loud).toBeGreaterThan(0.6);
    expect(quiet).toBeGreaterThan(loud * 0.65);
  });

  it('holds peaks above the bands and lets them fall', () => {
    const frames = analyse((t) => (t < 0.5 ? tone(440, 0.5)(t) : 0), 3);
    const band = frames[10]?.bands.indexOf(Math.max(...(frames[10]?.bands ?? []))) ?? 0;
    const held = frames[20];
    expect(held?.peaks[band]).toBeGreaterThan((held?.bands[band] ?? 1) + 0.1);
    expect(frames.at(-1)?.peaks[band]).toBeLessThan(0.05);
  });

  it('tells stereo from two equal channels', () => {
    expect(analyse(tone(440, 0.5), 0.3).at(-1)?.isStereo).toBe(false);
    expect(analyse(tone(440, 0.5), 0.3, tone(660, 0.5)).at(-1)?.isStereo).toBe(true);
  });

  it('holds a steady tone still in the waveform', () => {
    const frames = analyse(tone(220, 0.5), 1);
    const [a, b] = [frames.at(-1)?.left ?? [], frames.at(-4)?.left ?? []];
    const difference = Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? 0))));
    expect(difference).toBeLessThan(0.25);
  });

  it('moves at the same pace whatever the frame rate', () => {
    const fallen = (fps: number): number =>
      Math.max(...(analyse((t) => (t < 0.5 ? tone(440, 0.5)(t) : 0), 0.75, undefined, fps).at(-1)?.bands ?? [0]));
    expect(Math.abs(fallen(15) - fallen(60))).toBeLessThan(0.12);
  });
});
