const SAMPLE_RATE_HZ = 44_100;
const BEATS_PER_SECOND = 2;
const CHORDS_HZ = [
  [110, 220, 261.63, 329.63],
  [87.31, 174.61, 220, 261.63],
  [130.81, 261.63, 329.63, 392],
  [98, 196, 246.94, 293.66],
] as const;

/** One sample (−1…1) at `t` seconds: four chords in turn, a kick on each beat and a hat between the beats. */
function sampleAt(t: number): number {
  const beat = t * BEATS_PER_SECOND;
  const sinceBeat = (beat % 1) / BEATS_PER_SECOND;
  const sinceOffbeat = ((beat + 0.5) % 1) / BEATS_PER_SECOND;
  const chord = CHORDS_HZ[Math.floor(beat / 4) % CHORDS_HZ.length] ?? CHORDS_HZ[0];
  const pad = chord.reduce((sum, hz) => sum + Math.sin(2 * Math.PI * hz * t), 0) / chord.length;
  const kick =
    Math.sin(2 * Math.PI * (45 * sinceBeat + 8 * (1 - Math.exp(-sinceBeat * 30)))) * Math.exp(-sinceBeat * 9);
  const noise = (Math.sin(t * 91_317.7) * 43_758.5453) % 1;
  const hat = noise * Math.exp(-sinceOffbeat * 45);
  return 0.28 * pad * (1 - 0.6 * Math.exp(-sinceBeat * 6)) + 0.5 * kick + 0.15 * hat;
}

/** A short stereo WAV (16-bit PCM) with enough rhythm to see something move. */
export function synthesizeTrack(seconds: number): Buffer {
  const frames = Math.round(seconds * SAMPLE_RATE_HZ);
  const wav = Buffer.alloc(44 + frames * 4);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(2, 22);
  wav.writeUInt32LE(SAMPLE_RATE_HZ, 24);
  wav.writeUInt32LE(SAMPLE_RATE_HZ * 4, 28);
  wav.writeUInt16LE(4, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(frames * 4, 40);
  for (let frame = 0; frame < frames; frame += 1) {
    const t = frame / SAMPLE_RATE_HZ;
    const fade = Math.min(1, t * 4, (seconds - t) * 2);
    wav.writeInt16LE(Math.round(32_000 * fade * sampleAt(t)), 44 + frame * 4);
    wav.writeInt16LE(Math.round(32_000 * fade * sampleAt(t + 0.004)), 46 + frame * 4);
  }
  return wav;
}
