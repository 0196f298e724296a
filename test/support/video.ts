import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

/** What ffmpeg says about a media file. */
export interface VideoFacts {
  readonly durationSeconds: number;
  readonly video: string;
  readonly audio: string;
}

/** The ffmpeg that tests use to look at results: the npm package's. */
export const FFMPEG = (createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string }).path;

/** Decodes the whole file, so that a broken one is an error, and reads its streams. */
export function inspectVideo(path: string): VideoFacts {
  const { stderr, status } = spawnSync(FFMPEG, ['-hide_banner', '-xerror', '-i', path, '-f', 'null', '-'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${path} does not decode:\n${stderr}`);
  const [, hours = '0', minutes = '0', seconds = '0'] = /Duration: (\d+):(\d+):([\d.]+)/.exec(stderr) ?? [];
  return {
    durationSeconds: Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds),
    video: /Stream.*Video: (.*)/.exec(stderr)?.[1] ?? '',
    audio: /Stream.*Audio: (.*)/.exec(stderr)?.[1] ?? '',
  };
}
