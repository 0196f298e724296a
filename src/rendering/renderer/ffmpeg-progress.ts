import type { Readable } from 'node:stream';

/** What ffmpeg writes with `-progress`: one block of `key=value` lines every half second, the last with `progress=end`. */
export interface FfmpegProgress {
  readonly frames: number;
  /** Position in the output, in seconds. */
  readonly seconds: number;
}

/** Reads a progress stream to its end, telling each complete block; resolves when the stream closes. */
export async function followProgress(stream: Readable, onBlock: (progress: FfmpegProgress) => void): Promise<void> {
  let rest = '';
  let frames = 0;
  let seconds = 0;
  stream.setEncoding('utf8');
  for await (const text of stream as AsyncIterable<string>) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [key = '', value = ''] = line.trim().split('=');
      if (key === 'frame') frames = numberOr(value, frames);
      // ffmpeg's out_time_ms has always been in microseconds too; old versions have only that one.
      else if (key === 'out_time_us' || key === 'out_time_ms') seconds = numberOr(value, seconds * 1e6) / 1e6;
      else if (key === 'progress') onBlock({ frames, seconds });
    }
  }
}

function numberOr(text: string, fallback: number): number {
  const value = Number.parseInt(text, 10);
  return Number.isFinite(value) ? value : fallback;
}
