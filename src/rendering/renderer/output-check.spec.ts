import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkOutput } from './output-check.js';

const { path: ffmpegPath } = createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { readonly path: string };
const directory = mkdtempSync(join(tmpdir(), 'output-'));

const picture = (seconds: number): readonly string[] => [
  '-f',
  'lavfi',
  '-i',
  `testsrc=size=64x64:rate=15:d=${seconds}`,
];
const sound = (seconds: number): readonly string[] => ['-f', 'lavfi', '-i', `sine=duration=${seconds}`];

function make(name: string, ...args: readonly string[]): string {
  const path = join(directory, name);
  execFileSync(ffmpegPath, ['-v', 'error', '-y', ...args, '-pix_fmt', 'yuv420p', '-movflags', '+faststart', path]);
  return path;
}

function write(name: string, content: Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe('checkOutput', () => {
  it('passes a video with sound of the length of the track', async () => {
    const path = make('good.mp4', ...picture(2), ...sound(2));
    const { sizeBytes, durationSeconds } = await checkOutput(path, 2);
    expect(sizeBytes).toBe(readFileSync(path).length);
    expect(Math.abs(durationSeconds - 2)).toBeLessThan(0.1);
  });

  it.each([
    ['nothing at all', () => write('empty.mp4', new Uint8Array()), 'empty'],
    ['no file', () => join(directory, 'nowhere.mp4'), 'unreadable'],
    ['rubbish', () => write('rubbish.mp4', Buffer.alloc(9_000, 'rubbish')), 'unreadable'],
    ['a video whose last byte is missing', () => write('cut.mp4', withoutLastByte()), 'unreadable'],
    ['a silent film', () => make('silent.mp4', ...picture(2)), 'streams'],
    ['sound without a picture', () => make('dark.mp4', ...sound(2)), 'streams'],
    ['a video that is too short', () => make('short.mp4', ...picture(1), ...sound(1)), 'duration'],
    ['a video that is too long', () => make('long.mp4', ...picture(3), ...sound(3)), 'duration'],
    ['a picture that ends before the sound', () => make('frozen.mp4', ...picture(1), ...sound(2)), 'duration'],
    ['sound that ends before the picture', () => make('mute.mp4', ...picture(2), ...sound(1)), 'duration'],
  ])('refuses %s', async (_, path, reason) => {
    await expect(checkOutput(path(), 2)).rejects.toMatchObject({
      code: 'RENDERING_OUTPUT_INVALID',
      details: { reason },
      retryable: true,
    });
  });
});

function withoutLastByte(): Uint8Array {
  const bytes = readFileSync(make('whole.mp4', ...picture(2), ...sound(2)));
  return bytes.subarray(0, -1);
}
