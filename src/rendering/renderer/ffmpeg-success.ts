import type { FfmpegOutcome } from './ffmpeg-process.js';

/** What ffmpeg writes when the disk takes no more: the C library's words for ENOSPC, EDQUOT and EFBIG. */
export const NO_SPACE = /No space left on device|Disk quota exceeded|File too large/i;

/**
 * Whether an ffmpeg did what it was for. An exit code of 0 is not enough: when the disk fills up while the index of the file is
 * written, ffmpeg complains and calls it a success.
 */
export function endedWell({ exitCode, stderr }: FfmpegOutcome): boolean {
  return exitCode === 0 && !stderr.some((line) => NO_SPACE.test(line));
}
