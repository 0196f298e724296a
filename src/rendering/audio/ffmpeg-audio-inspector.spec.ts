import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isApiError } from '../../platform/errors/index.js';
import { FfmpegAudioInspector } from './ffmpeg-audio-inspector.js';

const { path: ffmpegPath } = createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { readonly path: string };
const directory = mkdtempSync(join(tmpdir(), 'inspector-'));
const inspector = new FfmpegAudioInspector(ffmpegPath);
const signal = new AbortController().signal;

const SINE = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=2'];
const PICTURE = ['-f', 'lavfi', '-i', 'testsrc=duration=2:size=64x64:rate=10'];

function make(name: string, ...args: readonly string[]): string {
  const path = join(directory, name);
  execFileSync(ffmpegPath, ['-v', 'error', '-y', ...args, path]);
  return path;
}

function write(name: string, content: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

function script(name: string, body: string): string {
  const path = write(name, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

function cut(source: string, name: string, share: number): string {
  const bytes = readFileSync(source);
  return write(name, bytes.subarray(0, Math.floor(bytes.length * share)));
}

/** The start of a ZIP archive with one stored entry (APPNOTE 4.3.7), then its content. */
function zip(): Buffer {
  const header = Buffer.alloc(30);
  header.write('PK\u0003\u0004', 'latin1');
  header.writeUInt16LE(5, 26);
  return Buffer.concat([header, Buffer.from('a.txt'), Buffer.alloc(4000, 'hello')]);
}

/** A complete WAV file of 8 kHz mono without one sample, its header padded with a comment to a size that passes for a track. */
function emptyWav(): Buffer {
  const comment = Buffer.alloc(2000);
  const chunk = (id: string, content: Buffer): Buffer => {
    const header = Buffer.alloc(8);
    header.write(id, 'latin1');
    header.writeUInt32LE(content.length, 4);
    return Buffer.concat([header, content]);
  };
  const format = Buffer.from([1, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 16, 0]);
  const chunks = [chunk('fmt ', format), chunk('JUNK', comment), chunk('data', Buffer.alloc(0))];
  return chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), ...chunks]));
}

async function refusalOf(
  path: string,
): Promise<{ readonly code: string; readonly details: unknown; readonly status: number }> {
  try {
    await inspector.inspect(path, { signal });
  } catch (error) {
    if (isApiError(error)) return { code: error.code, details: error.details, status: error.status };
    throw error;
  }
  throw new Error('The file was accepted');
}

afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('FfmpegAudioInspector', () => {
  it.each([
    ['mp3', 'x.mp3', ['-b:a', '64k'], { format: 'mp3', mimeType: 'audio/mpeg' }],
    ['mp3 without any header', 'raw.mp3', ['-write_xing', '0', '-id3v2_version', '0'], { format: 'mp3' }],
    ['wav', 'x.wav', [], { format: 'wav', mimeType: 'audio/wav', sampleRateHz: 44_100, channels: 1 }],
    ['wav in stereo', 'stereo.wav', ['-ac', '2'], { format: 'wav', channels: 2 }],
    ['m4a', 'x.m4a', [], { format: 'm4a', mimeType: 'audio/mp4' }],
    ['an MP4 that holds only sound', 'x.mp4', ['-c:a', 'aac'], { format: 'm4a' }],
    ['aac', 'x.aac', [], { format: 'aac', mimeType: 'audio/aac' }],
    ['flac', 'x.flac', [], { format: 'flac', mimeType: 'audio/flac' }],
    ['ogg with Vorbis', 'x.ogg', ['-c:a', 'libvorbis'], { format: 'ogg', mimeType: 'audio/ogg' }],
    ['ogg with Opus', 'opus.ogg', ['-c:a', 'libopus'], { format: 'ogg', sampleRateHz: 48_000 }],
  ])('takes %s, whatever its name', async (_, name, args, expected) => {
    const path = write(`${name}.bin`, readFileSync(make(name, ...SINE, ...args)));
    const audio = await inspector.inspect(path, { signal });
    expect(audio).toMatchObject(expected);
    expect(Math.abs(audio.durationSeconds - 2)).toBeLessThan(0.15);
  });

  it('takes an m4a and an mp3 with cover art', async () => {
    const cover = make('cover.png', ...PICTURE, '-frames:v', '1');
    for (const format of ['m4a', 'mp3']) {
      const plain = make(`plain.${format}`, ...SINE);
      const args = ['-i', plain, '-i', cover, '-map', '0', '-map', '1', '-c', 'copy', '-disposition:v', 'attached_pic'];
      expect(await inspector.inspect(make(`cover.${format}`, ...args), { signal })).toMatchObject({ format });
    }
  });

  it.each([
    ['a renamed PDF', () => write('pdf.mp3', `%PDF-1.7\n1 0 obj\n${'x'.repeat(4000)}`)],
    ['a ZIP archive', () => write('zip.wav', zip())],
    [
      'a playlist that names a local file',
      () => write('list.mp3', '#EXTM3U\n#EXT-X-TARGETDURATION:1\nfile:///etc/passwd\n'),
    ],
    [
      'random bytes',
      () => write('noise.mp3', Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * i * 31) & 0x7f))),
    ],
    ['nothing but zeros', () => write('zeros.wav', Buffer.alloc(4000))],
    ['an empty file', () => write('empty.wav', '')],
    ['a picture', () => make('picture.png', ...PICTURE, '-frames:v', '1')],
    ['a video with sound', () => make('video.mp4', ...PICTURE, ...SINE, '-shortest')],
  ])('refuses %s as an unsupported type', async (_, path) => {
    expect(await refusalOf(path())).toEqual({
      code: 'UNSUPPORTED_MEDIA_TYPE',
      status: 415,
      details: { supported_types: ['mp3', 'wav', 'm4a', 'aac', 'flac', 'ogg'] },
    });
  });

  it.each([
    ['mp4', []],
    ['mkv', []],
  ])('says of a video without sound (%s) that the sound is missing', async (extension, args) => {
    expect((await refusalOf(make(`silent.${extension}`, ...PICTURE, ...args))).code).toBe('AUDIO_TRACK_MISSING');
  });

  it.each([
    ['mp3', ['-t', '8']],
    ['wav', []],
    ['flac', []],
    ['m4a', []],
    ['m4a', ['-movflags', '+faststart']],
  ])('refuses a cut-off %s (%j) as corrupt', async (extension, args) => {
    const whole = make(`whole.${extension}`, '-f', 'lavfi', '-i', 'sine=frequency=440:duration=8', ...args);
    expect((await refusalOf(cut(whole, `cut.${extension}`, 0.4))).code).toBe('AUDIO_CORRUPT');
  });

  it('refuses a track of no length, and one of half a second, as too short', async () => {
    const none = write('none.wav', emptyWav());
    expect(await refusalOf(none)).toMatchObject({ code: 'AUDIO_TOO_SHORT', details: { duration_seconds: 0 } });
    const half = make('half.wav', '-f', 'lavfi', '-i', 'sine=duration=0.5');
    expect(await refusalOf(half)).toEqual({
      code: 'AUDIO_TOO_SHORT',
      status: 400,
      details: { min_duration_seconds: 1, duration_seconds: 0.5 },
    });
  });

  it('refuses eleven minutes as too long and takes ten', async () => {
    const silence = ['-f', 'lavfi', '-i', 'anullsrc=r=8000:cl=mono'];
    const eleven = make('eleven.flac', ...silence, '-t', '660');
    expect(await refusalOf(eleven)).toMatchObject({
      code: 'AUDIO_TOO_LONG',
      details: { max_duration_seconds: 600, duration_seconds: 660 },
    });
    const headless = make('eleven.aac', ...silence, '-t', '660', '-b:a', '16k');
    expect((await refusalOf(headless)).code).toBe('AUDIO_TOO_LONG');
    expect((await inspector.inspect(make('ten.flac', ...silence, '-t', '600'), { signal })).durationSeconds).toBe(600);
  });

  it('stops when it is aborted and gives the reason', async () => {
    const path = make('abort.flac', '-f', 'lavfi', '-i', 'sine=duration=120');
    const controller = new AbortController();
    const inspected = inspector.inspect(path, { signal: controller.signal });
    controller.abort(new Error('no longer wanted'));
    await expect(inspected).rejects.toThrow('no longer wanted');
  });

  it('does not blame the track when the decoder cannot be started', async () => {
    const broken = new FfmpegAudioInspector(join(directory, 'no-such-ffmpeg'));
    await expect(broken.inspect(make('fine.wav', ...SINE), { signal })).rejects.toMatchObject({ code: 'FFMPEG_ERROR' });
  });

  it('gives up a decoder that stops making progress', async () => {
    const stuck = new FfmpegAudioInspector(script('stuck', 'exec sleep 600'), 300);
    await expect(stuck.inspect(make('patient.wav', ...SINE), { signal })).rejects.toMatchObject({
      code: 'RENDERING_STALLED',
      retryable: true,
    });
  });

  it.each(['SEGV', 'TERM'])('does not blame the track for a decoder that was ended by SIG%s', async (name) => {
    const crashing = new FfmpegAudioInspector(script(`crash-${name}`, `kill -${name} $$`));
    await expect(crashing.inspect(make(`good-${name}.wav`, ...SINE), { signal })).rejects.toMatchObject({
      code: 'FFMPEG_ERROR',
      retryable: true,
    });
  });
});
