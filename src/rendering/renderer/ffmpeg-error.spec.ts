import { type FfmpegRole, toRenderingError } from './ffmpeg-error.js';
import type { FfmpegOutcome } from './ffmpeg-process.js';

function outcome(overrides: Partial<FfmpegOutcome> = {}): FfmpegOutcome {
  return { exitCode: 1, signal: null, spawnError: null, stderr: [], ...overrides };
}

describe('toRenderingError', () => {
  it.each<[string, FfmpegRole, Partial<FfmpegOutcome>, string, boolean]>([
    [
      'a full disk',
      'encoder',
      { stderr: ['av_interleaved_write_frame(): No space left on device'] },
      'RENDERING_DISK_ERROR',
      true,
    ],
    [
      'a full quota',
      'encoder',
      { stderr: ['Error writing trailer: Disk quota exceeded'] },
      'RENDERING_DISK_ERROR',
      true,
    ],
    [
      'a full disk that also broke the data',
      'decoder',
      { stderr: ['No space left on device', 'Invalid data found when processing input'] },
      'RENDERING_DISK_ERROR',
      true,
    ],
    [
      'lack of memory',
      'encoder',
      { stderr: ['x264 [error]: malloc of size 8355840 failed'] },
      'RENDERING_MEMORY_ERROR',
      true,
    ],
    [
      'a refused allocation',
      'decoder',
      { exitCode: 244, stderr: ['Cannot allocate memory'] },
      'RENDERING_MEMORY_ERROR',
      true,
    ],
    ['a kill', 'encoder', { exitCode: null, signal: 'SIGKILL' }, 'RENDERING_RESOURCE_ERROR', true],
    ['a kill seen through a shell', 'encoder', { exitCode: 137 }, 'RENDERING_RESOURCE_ERROR', true],
    ['no process slots', 'decoder', { exitCode: null, spawnError: 'EAGAIN' }, 'RENDERING_RESOURCE_ERROR', true],
    ['no file handles', 'decoder', { stderr: ['/tmp/a.wav: Too many open files'] }, 'RENDERING_RESOURCE_ERROR', true],
    [
      'undecodable input',
      'decoder',
      { stderr: ['a.mp3: Invalid data found when processing input'] },
      'RENDERING_INPUT_REFUSED',
      false,
    ],
    ['a missing index', 'decoder', { stderr: ['[mov] moov atom not found'] }, 'RENDERING_INPUT_REFUSED', false],
    [
      'an unknown codec',
      'decoder',
      { stderr: ['Decoder (codec none) not found for input stream #0:0'] },
      'RENDERING_INPUT_REFUSED',
      false,
    ],
    [
      'invalid data on our own side',
      'encoder',
      { stderr: ['pipe:0: Invalid data found when processing input'] },
      'FFMPEG_ERROR',
      true,
    ],
    ['a crash', 'encoder', { exitCode: null, signal: 'SIGSEGV' }, 'FFMPEG_ERROR', true],
    ['a missing binary', 'encoder', { exitCode: null, spawnError: 'ENOENT' }, 'FFMPEG_ERROR', true],
    ['anything else', 'encoder', { exitCode: 187, stderr: ['Unknown encoder'] }, 'FFMPEG_ERROR', true],
  ])('recognises %s', (_, role, overrides, code, retryable) => {
    const error = toRenderingError(role, outcome(overrides));
    expect(error.code).toBe(code);
    expect(error.retryable).toBe(retryable);
  });

  it('tells the caller the exit code and keeps what ffmpeg wrote for the log', () => {
    const error = toRenderingError('encoder', outcome({ exitCode: 69, stderr: ['/var/secret/path: boom'] }));
    expect(error.details).toEqual({ exit_code: 69 });
    expect(JSON.stringify(error.toJSON())).not.toContain('secret');
    expect((error.cause as Error).message).toContain('/var/secret/path: boom');
  });

  it('names the signal when there was one', () => {
    const error = toRenderingError('decoder', outcome({ exitCode: null, signal: 'SIGKILL' }));
    expect(error.details).toEqual({ exit_code: null, signal: 'SIGKILL' });
  });
});
