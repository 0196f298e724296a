/**
 * Measures the renderer against the encoder it feeds: each look is rendered in the renderer process, and in turn the same ffmpeg command
 * encodes the same number of frames that were drawn beforehand and are fed from memory. Medians of several rounds, side by side in one
 * run, because a busy machine changes every absolute figure.
 *
 * Usage: npm run bench:render [-- --seconds 12 --rounds 3 --size 1920x1080 --fps 30 --looks bars,waveform --long]
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

type Renderer = typeof import('../src/rendering/renderer/child-process-renderer.js');
type Painter = typeof import('../src/rendering/renderer/frame-painter.js');
type Ffmpeg = typeof import('../src/rendering/renderer/ffmpeg-process.js');
type Arguments = typeof import('../src/rendering/renderer/ffmpeg-arguments.js');
type Sink = typeof import('../src/rendering/renderer/frame-sink.js');
type Progress = typeof import('../src/rendering/renderer/ffmpeg-progress.js');
type Source = typeof import('../src/rendering/renderer/pcm-source.js');
type Visuals = typeof import('../src/rendering/visuals/index.js');
type Look = import('../src/rendering/ports/renderer.port.js').RenderLook;
type Audio = import('../src/rendering/ports/audio-inspector.port.js').InspectedAudio;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '12' },
    rounds: { type: 'string', default: '3' },
    size: { type: 'string', default: '1920x1080' },
    fps: { type: 'string', default: '30' },
    looks: { type: 'string', default: 'bars,waveform,circular,spectrum' },
    long: { type: 'boolean', default: false },
    audio: { type: 'string' },
    dist: { type: 'string', default: '../dist/src' },
  },
});

const load = async <T>(path: string): Promise<T> =>
  (await import(new URL(`${values.dist}/rendering/${path}.js`, import.meta.url).href)) as T;
const { ChildProcessRenderer } = await load<Renderer>('renderer/child-process-renderer');
const { FramePainter } = await load<Painter>('renderer/frame-painter');
const { FfmpegProcess } = await load<Ffmpeg>('renderer/ffmpeg-process');
const { decoderArguments, encoderArguments } = await load<Arguments>('renderer/ffmpeg-arguments');
const { FrameSink } = await load<Sink>('renderer/frame-sink');
const { followProgress } = await load<Progress>('renderer/ffmpeg-progress');
const { PcmSource } = await load<Source>('renderer/pcm-source');
const { ANALYSIS_RATE_HZ, ANALYSIS_WINDOW } = await load<Visuals>('visuals/index');

const ffmpegPath =
  process.env['FFMPEG_PATH'] ?? (createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string }).path;
const [widthPx = 1920, heightPx = 1080] = values.size.split('x').map(Number);
const fps = Number(values.fps);
const seconds = Number(values.seconds);
/** Drawn frames that are held in memory for the baseline, and played forth and back. */
const HELD_FRAMES = Math.min(120, Math.floor(3.6e8 / (widthPx * heightPx * 1.5)));
const encoderThreads = availableParallelism();
const directory = mkdtempSync(join(tmpdir(), 'oriel-bench-'));
// The renderer gives way to other work; so must what it is compared with.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
const clock = { now: (): Date => new Date(), monotonicMs: (): number => performance.now() };

/** A kick, a bass line, a chord and a hat: every band and every envelope has something to do. */
function makeTrack(path: string, lengthSeconds: number): void {
  const kick = '0.8*exp(-9*mod(t,0.5))*sin(2*PI*(48+70*exp(-30*mod(t,0.5)))*mod(t,0.5))';
  const bass = '0.25*sin(2*PI*55*t)*(0.6+0.4*sin(2*PI*0.25*t))';
  const chord = '0.09*(sin(2*PI*262*t)+sin(2*PI*330*t)+sin(2*PI*392*t)+sin(2*PI*1047*t*(1+0.002*sin(5*t))))';
  const hat = '0.22*exp(-40*mod(t,0.25))*(random(0)-0.5)';
  const channels = `${kick}+${bass}+${chord}+${hat}|${kick}+${bass}+${chord}*0.8-${hat}`.replaceAll(',', '\\,');
  const source = `aevalsrc=${channels}:s=44100`;
  execFileSync(ffmpegPath, ['-v', 'error', '-y', '-f', 'lavfi', '-i', source, '-t', String(lengthSeconds), path]);
}

async function drawFrames(look: Look, audioPath: string): Promise<Uint8Array[]> {
  const painter = new FramePainter(look);
  const decoder = new FfmpegProcess(ffmpegPath, decoderArguments(audioPath, 'wav'), { input: false, progress: false });
  const pcm = new PcmSource(decoder.output, ANALYSIS_WINDOW);
  const frames: Uint8Array[] = [];
  for (let index = 0; index < 3 * fps + HELD_FRAMES; index += 1) {
    await pcm.moveTo(Math.round((index * ANALYSIS_RATE_HZ) / fps));
    painter.paint(painter.stage.analyser.analyse(pcm.window.left, pcm.window.right, index / fps));
    if (index >= 3 * fps) frames.push(painter.bytes.slice());
  }
  decoder.stop();
  await decoder.ended;
  return frames;
}

async function encodeFromMemory(
  look: Look,
  audio: Audio,
  audioPath: string,
  frames: readonly Uint8Array[],
): Promise<number> {
  const started = performance.now();
  const encoder = new FfmpegProcess(
    ffmpegPath,
    encoderArguments({
      look,
      audioPath,
      audioFormat: audio.format,
      channels: audio.channels,
      sampleRateHz: audio.sampleRateHz,
      videoPath: join(directory, 'baseline.mp4'),
      threads: encoderThreads,
    }),
    { input: true, progress: true },
  );
  const progress = followProgress(encoder.progress, () => undefined);
  const sink = new FrameSink(encoder.input);
  const total = Math.ceil(audio.durationSeconds * look.fps);
  const cycle = 2 * frames.length - 2;
  for (let index = 0; index < total; index += 1) {
    const at = index % cycle;
    const frame = frames[at < frames.length ? at : cycle - at];
    if (frame !== undefined) await sink.send(frame);
  }
  await sink.end();
  await progress;
  const { exitCode, stderr } = await encoder.ended;
  if (exitCode !== 0) throw new Error(stderr.join('\n'));
  return performance.now() - started;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}

const renderer = new ChildProcessRenderer({ ffmpegPath, clock, encoderThreads });
const signal = new AbortController().signal;

async function renderOnce(look: Look, audio: Audio, audioPath: string): ReturnType<typeof renderer.render> {
  const workDirectory = join(directory, 'work');
  mkdirSync(workDirectory, { recursive: true });
  return renderer.render({ audioPath, workDirectory, look, audio }, { signal, onProgress: () => undefined });
}

function describe(lengthSeconds: number): Audio {
  return {
    format: 'wav',
    mimeType: 'audio/wav',
    codec: 'PCM',
    durationSeconds: lengthSeconds,
    channels: 2,
    sampleRateHz: 44_100,
  };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const mib = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

try {
  const lengthSeconds = values.long ? 600 : seconds;
  const audioPath = values.audio ?? join(directory, 'track.wav');
  if (values.audio === undefined) makeTrack(audioPath, lengthSeconds);
  const audio = describe(lengthSeconds);
  print(`${widthPx}x${heightPx} at ${fps} fps, ${lengthSeconds} s, ${encoderThreads} cores, ${ffmpegPath}`);
  print('look       real time   renderer   encoder alone   ratio   renderer RSS   whole group');
  for (const visualization of values.looks.split(',') as Look['visualization'][]) {
    const look: Look = {
      visualization,
      widthPx,
      heightPx,
      fps,
      color: '#ff2d78',
      backgroundColor: '#0b0b1a',
      title: 'Midnight Drive',
    };
    const frames = await drawFrames(look, audioPath);
    const rendered: number[] = [];
    const baseline: number[] = [];
    let rss = 0;
    let groupRss = 0;
    for (let round = 0; round < (values.long ? 1 : Number(values.rounds)); round += 1) {
      baseline.push(await encodeFromMemory(look, audio, audioPath, frames));
      const video = await renderOnce(look, audio, audioPath);
      rendered.push(video.renderMs);
      rss = Math.max(rss, video.peakMemoryBytes);
      groupRss = Math.max(groupRss, video.peakGroupMemoryBytes);
    }
    const [ours, alone] = [median(rendered), median(baseline)];
    print(
      [
        visualization.padEnd(10),
        `${((lengthSeconds * 1000) / ours).toFixed(2)} ×`.padStart(9),
        `${(ours / 1000).toFixed(1)} s`.padStart(10),
        `${(alone / 1000).toFixed(1)} s`.padStart(15),
        (ours / alone).toFixed(2).padStart(7),
        mib(rss).padStart(14),
        mib(groupRss).padStart(13),
      ].join(' '),
    );
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
