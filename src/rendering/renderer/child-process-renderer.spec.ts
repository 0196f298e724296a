import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { transformFileSync } from '@swc/core';
import { SystemClock } from '../../platform/time/index.js';
import type { RenderedVideo, RenderProgress, RenderRequest } from '../ports/renderer.port.js';
import { ChildProcessRenderer, type ChildProcessRendererOptions } from './child-process-renderer.js';

const require = createRequire(import.meta.url);
const { path: ffmpegPath } = require('@ffmpeg-installer/ffmpeg') as { readonly path: string };
const directory = mkdtempSync(join(tmpdir(), 'renderer-'));
const sources = fileURLToPath(new URL('..', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));
/** Below node_modules, so that the compiled renderer process finds its packages. */
const compiled = join(root, 'node_modules', '.cache', `renderer-spec-${process.pid}`);
const entryPath = join(compiled, 'renderer', 'render-process.js');
const audioPath = join(directory, 'track.wav');

beforeAll(() => {
  for (const folder of ['renderer', 'visuals', 'visuals/looks']) compileFolder(folder);
  const tones = 'sine=frequency=60:duration=2:sample_rate=44100,volume=2';
  execFileSync(ffmpegPath, ['-v', 'error', '-f', 'lavfi', '-i', tones, '-ac', '2', audioPath]);
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
  rmSync(compiled, { recursive: true, force: true });
});

function compileFolder(folder: string): void {
  mkdirSync(join(compiled, folder), { recursive: true });
  for (const file of readdirSync(join(sources, folder))) {
    if (!file.endsWith('.ts') || file.endsWith('.spec.ts')) continue;
    const { code } = transformFileSync(join(sources, folder, file), { cwd: root, sourceMaps: false });
    writeFileSync(join(compiled, folder, file.replace(/ts$/, 'js')), code);
  }
}

let attempts = 0;

function request(overrides: Partial<RenderRequest> = {}): RenderRequest {
  attempts += 1;
  const workDirectory = join(directory, `attempt-${attempts}`);
  mkdirSync(workDirectory);
  return {
    audioPath,
    workDirectory,
    look: {
      visualization: 'bars',
      widthPx: 320,
      heightPx: 180,
      fps: 15,
      color: '#ff2d78',
      backgroundColor: '#0b0b1a',
      title: 'A title',
    },
    audio: {
      format: 'wav',
      mimeType: 'audio/wav',
      codec: 'PCM',
      durationSeconds: 2,
      channels: 2,
      sampleRateHz: 44_100,
    },
    ...overrides,
  };
}

function renderer(overrides: Partial<ChildProcessRendererOptions> = {}): ChildProcessRenderer {
  const resources = { freeDiskBytes: async () => 1e12, availableMemoryBytes: () => 1e12 };
  return new ChildProcessRenderer({
    ffmpegPath,
    clock: new SystemClock(),
    entryPath,
    resources,
    encoderThreads: 1,
    ...overrides,
  });
}

/** An ffmpeg that writes down its process id and decodes as it should; as the encoder it does what this script says. */
function fakeFfmpeg(name: string, encoderScript: string): string {
  const path = join(directory, name);
  const decode = `case "$*" in *f32le*) exec "${ffmpegPath}" "$@";; esac`;
  writeFileSync(path, `#!/bin/sh\necho $$ >> "${directory}/${name}.pids"\n${decode}\n${encoderScript}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** An ffmpeg that encodes as it should; as the decoder it does what this script says. */
function fakeDecoder(name: string, decoderScript: string): string {
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\ncase "$*" in *f32le*) ;; *) exec "${ffmpegPath}" "$@";; esac\n${decoderScript}\n`);
  chmodSync(path, 0o755);
  return path;
}

function pidsOf(name: string): number[] {
  const path = join(directory, `${name}.pids`);
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').map(Number) : [];
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('Waited in vain');
    await delay(20);
  }
}

const never = new AbortController().signal;
const ignoreProgress = (): void => undefined;

describe('ChildProcessRenderer', () => {
  it('renders a track to a verified video with a thumbnail, telling its progress', async () => {
    const order = request();
    const seen: RenderProgress[] = [];
    const video: RenderedVideo = await renderer().render(order, {
      signal: never,
      onProgress: (progress) => seen.push(progress),
    });
    expect(video.frames).toBe(30);
    expect(Math.abs(video.durationSeconds - 2)).toBeLessThan(0.3);
    expect(readFileSync(video.videoPath).length).toBe(video.sizeBytes);
    expect(readFileSync(video.videoPath).indexOf('moov')).toBeLessThan(readFileSync(video.videoPath).indexOf('mdat'));
    expect(readFileSync(video.thumbnailPath).subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
    expect(video.peakMemoryBytes).toBeLessThan(400 * 2 ** 20);
    const fractions = seen.map(({ fraction }) => fraction);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(seen[0]).toEqual({ fraction: 0, stage: 'preparing' });
    expect(seen.at(-1)).toEqual({ fraction: 1, stage: 'finalizing' });
    expect(readdirSync(order.workDirectory).toSorted()).toEqual(['thumbnail.jpg', 'video.mp4']);
  });

  it('ends the whole group when it is aborted, and gives the reason', async () => {
    const controller = new AbortController();
    const path = fakeFfmpeg('hanging', 'exec sleep 600');
    const rendered = renderer({ ffmpegPath: path }).render(request(), {
      signal: controller.signal,
      onProgress: ignoreProgress,
    });
    void until(() => pidsOf('hanging').length === 2).then(() =>
      controller.abort(new Error('cancelled by the customer')),
    );
    await expect(rendered).rejects.toThrow('cancelled by the customer');
    expect(pidsOf('hanging').filter(isRunning)).toEqual([]);
  });

  it('ends a group that ignores SIGTERM', async () => {
    const controller = new AbortController();
    const path = fakeFfmpeg('stubborn', "trap '' TERM\nwhile :; do sleep 1; done");
    const rendered = renderer({ ffmpegPath: path }).render(request(), {
      signal: controller.signal,
      onProgress: ignoreProgress,
    });
    void until(() => pidsOf('stubborn').length === 2).then(() => controller.abort(new Error('enough')));
    await expect(rendered).rejects.toThrow('enough');
    expect(pidsOf('stubborn').filter(isRunning)).toEqual([]);
  });

  it('gives up a render without progress', async () => {
    const path = fakeFfmpeg('stalled', 'exec sleep 600');
    const rendered = renderer({ ffmpegPath: path, stallMs: 1500 }).render(request(), {
      signal: never,
      onProgress: ignoreProgress,
    });
    await expect(rendered).rejects.toMatchObject({ code: 'RENDERING_STALLED', details: { stalled_seconds: 2 } });
    expect(pidsOf('stalled').filter(isRunning)).toEqual([]);
  });

  it('gives up a render that takes longer than it may', async () => {
    const path = fakeFfmpeg('slow', 'while echo frame=1 >&3; do sleep 1; done');
    const limits = { ffmpegPath: path, minimumTimeLimitMs: 1500 };
    const short = request({ audio: { ...request().audio, durationSeconds: 0.1 } });
    const rendered = renderer(limits).render(short, { signal: never, onProgress: ignoreProgress });
    await expect(rendered).rejects.toMatchObject({ code: 'RENDERING_TIMEOUT' });
  });

  it.each([
    ['a full disk', 'echo "video.mp4: No space left on device" >&2; exit 1', 'RENDERING_DISK_ERROR'],
    [
      'a disk that fills up while the index is written',
      `trap '' XFSZ; ulimit -f 8; exec "${ffmpegPath}" "$@"`,
      'RENDERING_DISK_ERROR',
    ],
    ['a kill from outside', 'kill -9 $$', 'RENDERING_RESOURCE_ERROR'],
    ['an encoder that fails', 'cat > /dev/null; echo "boom" >&2; exit 3', 'FFMPEG_ERROR'],
    ['an encoder that leaves no video', 'cat > /dev/null; exit 0', 'RENDERING_OUTPUT_INVALID'],
    [
      'an encoder that writes rubbish',
      'cat > /dev/null; head -c 5000 /dev/zero > "$PWD/video.mp4"; exit 0',
      'RENDERING_OUTPUT_INVALID',
    ],
  ])('reports %s', async (name, script, code) => {
    const path = fakeFfmpeg(name.replaceAll(' ', '-'), script);
    const rendered = renderer({ ffmpegPath: path }).render(request(), { signal: never, onProgress: ignoreProgress });
    await expect(rendered).rejects.toMatchObject({ code });
  });

  it('does not take the silence after a dead decoder for the end of the track', async () => {
    // All but the samples of the last frame.
    const path = fakeDecoder('mortal', `"${ffmpegPath}" "$@" | head -c 690000\nkill -9 $$`);
    const rendered = renderer({ ffmpegPath: path }).render(request(), { signal: never, onProgress: ignoreProgress });
    await expect(rendered).rejects.toMatchObject({ code: 'RENDERING_RESOURCE_ERROR' });
  });

  it('lets the system end the render before the worker when memory runs out', async () => {
    const path = fakeFfmpeg('offered', `cat /proc/$$/oom_score_adj > "${directory}/offered.oom"; exit 1`);
    const rendered = renderer({ ffmpegPath: path }).render(request(), { signal: never, onProgress: ignoreProgress });
    await expect(rendered).rejects.toMatchObject({ code: 'FFMPEG_ERROR' });
    expect(readFileSync(join(directory, 'offered.oom'), 'utf8').trim()).toBe('1000');
    expect(readFileSync('/proc/self/oom_score_adj', 'utf8').trim()).not.toBe('1000');
  });

  it('refuses a track that the decoder refuses', async () => {
    const broken = join(directory, 'broken.flac');
    writeFileSync(broken, Buffer.alloc(5000, 'not audio'));
    const order = request({ audioPath: broken, audio: { ...request().audio, format: 'flac' } });
    await expect(renderer().render(order, { signal: never, onProgress: ignoreProgress })).rejects.toMatchObject({
      code: 'RENDERING_INPUT_REFUSED',
      retryable: false,
    });
  });

  it.each([
    ['disk', { freeDiskBytes: async () => 1e6, availableMemoryBytes: () => 1e12 }, 'RENDERING_DISK_ERROR'],
    ['memory', { freeDiskBytes: async () => 1e12, availableMemoryBytes: () => 1e6 }, 'RENDERING_MEMORY_ERROR'],
  ])('does not begin with too little %s', async (_, resources, code) => {
    const order = request();
    await expect(
      renderer({ resources }).render(order, { signal: never, onProgress: ignoreProgress }),
    ).rejects.toMatchObject({ code });
    expect(readdirSync(order.workDirectory)).toEqual([]);
  });

  it('stops at its memory limit', async () => {
    const path = fakeFfmpeg('hungry', 'exec sleep 600');
    const rendered = renderer({ ffmpegPath: path, memoryLimitBytes: 1e6 }).render(request(), {
      signal: never,
      onProgress: ignoreProgress,
    });
    await expect(rendered).rejects.toMatchObject({ code: 'RENDERING_MEMORY_ERROR' });
  });

  it('takes the renderer and its ffmpegs with it when the parent dies', async () => {
    const path = fakeFfmpeg('orphans', 'exec sleep 600');
    const order = { request: request(), ffmpegPath: path, encoderThreads: 1, memoryLimitBytes: 1e12 };
    const parentPath = join(compiled, 'parent.mjs');
    writeFileSync(
      parentPath,
      `import { fork } from 'node:child_process';
      const child = fork(${JSON.stringify(entryPath)}, [], { detached: true, serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
      child.send(${JSON.stringify(order)});
      process.send(child.pid);
      setInterval(() => {}, 1000);`,
    );
    const parent = fork(parentPath, [], { execArgv: [] });
    const [leader] = (await once(parent, 'message')) as [number];
    await until(() => pidsOf('orphans').length === 2).finally(() => parent.kill('SIGKILL'));
    await until(() => !isRunning(leader) && !pidsOf('orphans').some(isRunning));
    expect(isRunning(leader)).toBe(false);
  });

  it('does not begin when it is aborted already', async () => {
    const order = request();
    const rendered = renderer().render(order, {
      signal: AbortSignal.abort(new Error('too late')),
      onProgress: ignoreProgress,
    });
    await expect(rendered).rejects.toThrow('too late');
    expect(readdirSync(order.workDirectory)).toEqual([]);
    expect(dirname(order.workDirectory)).toBe(directory);
  });
});
