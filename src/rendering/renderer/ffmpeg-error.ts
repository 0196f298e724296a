import { RenderingError, RenderingResourceError } from '../../platform/errors/index.js';
import type { FfmpegOutcome } from './ffmpeg-process.js';
import { NO_SPACE } from './ffmpeg-success.js';

/** What the failed ffmpeg was for: reading the customer's track, or writing our video. */
export type FfmpegRole = 'decoder' | 'encoder';

const NO_MEMORY = /Cannot allocate memory|Out of memory|malloc of size \d+ failed|std::bad_alloc/i;
const NO_HANDLES = /Too many open files|Resource temporarily unavailable/i;
const BAD_INPUT =
  /Invalid data found when processing input|Cannot determine format of input stream|moov atom not found|could not find codec parameters|Decoder .{0,80}not found|Unknown decoder|Unsupported codec|does not contain any stream|matches no streams|Failed to find two consecutive MPEG audio frames/i;

/** Exit codes above this are 128 plus a signal's number, as shells and wrappers report it (POSIX.1-2017, XCU 2.8.2). */
const SIGNAL_BASE = 128;
const KILL = 9;

/** How an ffmpeg ended, for the log: the last lines it wrote are in the message. */
export class FfmpegFailure extends Error {
  override readonly name = 'FfmpegFailure';

  constructor(
    readonly role: FfmpegRole,
    readonly outcome: FfmpegOutcome,
  ) {
    super(`ffmpeg (${role}) ${describeEnd(outcome)}${outcome.stderr.map((line) => `\n  ${line}`).join('')}`);
  }
}

/**
 * Translates the end of an ffmpeg into the product's errors. Disk, memory and a kill from outside come first, because they also make
 * ffmpeg complain about its data; then what the decoder refuses is the track's fault; all else is an encoding failure.
 *
 * @returns an error with `exit_code` (and `signal`) in its details, and ffmpeg's last lines only in its cause.
 */
export function toRenderingError(role: FfmpegRole, outcome: FfmpegOutcome): RenderingError {
  const cause = new FfmpegFailure(role, outcome);
  const details = {
    exit_code: outcome.exitCode,
    ...(outcome.signal === null ? {} : { signal: outcome.signal }),
  };
  const text = outcome.stderr.join('\n');
  if (NO_SPACE.test(text)) return new RenderingResourceError('RENDERING_DISK_ERROR', { details, cause });
  if (NO_MEMORY.test(text)) return new RenderingResourceError('RENDERING_MEMORY_ERROR', { details, cause });
  if (wasKilled(outcome) || NO_HANDLES.test(text) || isShortage(outcome.spawnError)) {
    return new RenderingResourceError('RENDERING_RESOURCE_ERROR', { details, cause });
  }
  if (outcome.signal === null && outcome.stderr.some(blamesTheTrack)) {
    return new RenderingError('RENDERING_INPUT_REFUSED', { details, cause });
  }
  return new RenderingError('FFMPEG_ERROR', { details, cause });
}

/** Both ffmpegs read the track; the encoder's other input is our own raw frames, on a pipe, of which no complaint is the track's fault. */
function blamesTheTrack(line: string): boolean {
  return BAD_INPUT.test(line) && !line.startsWith('pipe:');
}

function wasKilled({ signal, exitCode }: FfmpegOutcome): boolean {
  return signal === 'SIGKILL' || signal === 'SIGXCPU' || exitCode === SIGNAL_BASE + KILL;
}

function isShortage(spawnError: string | null): boolean {
  return spawnError === 'EAGAIN' || spawnError === 'ENOMEM' || spawnError === 'EMFILE' || spawnError === 'ENFILE';
}

function describeEnd({ exitCode, signal, spawnError }: FfmpegOutcome): string {
  if (spawnError !== null) return `could not be started (${spawnError})`;
  return signal === null ? `ended with exit code ${exitCode}` : `was ended by ${signal}`;
}
