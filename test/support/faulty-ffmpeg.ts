import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FFMPEG } from './video.js';

/**
 * What may happen to the encoder: it ends with an error of its own, is killed half-way, stands still half-way, finds the disk full, takes
 * more memory than it may, or calls rubbish a video. `refuse` happens to the decoder: it finds no music in the track.
 */
export type RenderingFault = 'fail' | 'kill' | 'stall' | 'no_space' | 'oom' | 'garbage_output' | 'refuse';

/** What the product runs an ffmpeg for. */
type Role = 'meter' | 'decoder' | 'encoder';

/** Some five frames at 854x480: enough for the render to be well under way. */
const HALF_WAY_BYTES = 3_000_000;
const HOG_BYTES = 1_200_000_000;

const SCRIPT = (directory: string): string => `#!/bin/sh
case "$*" in
  *" -progress "*) role=encoder ;;
  *" f32le "*) role=decoder ;;
  *" s16le "*) role=meter ;;
  *) exec "${FFMPEG}" "$@" ;;
esac
echo "$$" >> "${directory}/pids"
fault=
for token in "${directory}/faults/$role".*; do
  # Removing it succeeds once, whoever else tries.
  if rm "$token" 2> /dev/null; then fault=\${token##*.}; break; fi
done
[ -z "$fault" ] && exec "${FFMPEG}" "$@"
echo "$fault" >> "${directory}/spoiled"
count=$#
for argument; do
  shift
  count=$((count - 1))
  if [ "$count" -gt 0 ]; then set -- "$@" "$argument"; else output=$argument; fi
done
case "$role-$fault" in
  encoder-fail) exec "${FFMPEG}" "$@" -profile:v impossible "$output" ;;
  encoder-kill) head -c ${HALF_WAY_BYTES} > /dev/null; kill -KILL $$ ;;
  encoder-stall) head -c ${HALF_WAY_BYTES} > /dev/null; kill -STOP $$ ;;
  encoder-no_space) exec "${FFMPEG}" "$@" -f mp4 /dev/full ;;
  encoder-oom) exec "${process.execPath}" "${directory}/hog.js" ;;
  encoder-garbage_output) cat > /dev/null; head -c 20000 /dev/urandom > "$output" ;;
  decoder-refuse) exec "${FFMPEG}" -nostdin -loglevel error -f flac -i /dev/null -f f32le pipe:1 ;;
  meter-slow) exec "${FFMPEG}" -re "$@" "$output" ;;
esac
`;

/** Really takes memory, page by page, and then waits to be ended. */
const HOG = `
const held = [];
for (let bytes = 0; bytes < ${HOG_BYTES}; bytes += 2 ** 26) held.push(Buffer.alloc(2 ** 26, 1));
setInterval(() => held.length, 1000);
`;

/**
 * A program to point `FFMPEG_PATH` at: the real ffmpeg, but for the faults that a test orders, which have real causes (a signal, a full
 * device, memory really taken). The product knows nothing of it.
 */
export class FaultyFfmpeg {
  private readonly directory = mkdtempSync(join(tmpdir(), 'faulty-ffmpeg-'));
  private ordered = 0;
  readonly path = join(this.directory, 'ffmpeg');

  constructor() {
    mkdirSync(join(this.directory, 'faults'));
    writeFileSync(join(this.directory, 'hog.js'), HOG);
    writeFileSync(this.path, SCRIPT(this.directory));
    chmodSync(this.path, 0o755);
  }

  /** Spoils the next `times` encodings; for `refuse`, decodings. */
  inject(fault: RenderingFault, times: number): void {
    this.order(fault === 'refuse' ? 'decoder' : 'encoder', fault, times);
  }

  /** Lets the next analysis of a track last as long as the track. */
  slowAnalysis(): void {
    this.order('meter', 'slow', 1);
  }

  /** The faults that have not happened yet will not. */
  clear(): void {
    rmSync(join(this.directory, 'faults'), { recursive: true });
    mkdirSync(join(this.directory, 'faults'));
  }

  /** Faults that have happened. */
  get spoiled(): number {
    return this.linesOf('spoiled').length;
  }

  /** Process ids of those it started that still run. */
  get running(): readonly number[] {
    return this.linesOf('pids').map(Number).filter(isRunningFfmpeg);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private order(role: Role, fault: RenderingFault | 'slow', times: number): void {
    for (let time = 0; time < times; time += 1) {
      this.ordered += 1;
      writeFileSync(join(this.directory, 'faults', `${role}.${this.ordered}.${fault}`), '');
    }
  }

  private linesOf(file: string): readonly string[] {
    const path = join(this.directory, file);
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  }
}

/** A number that has been given to another program since then does not count, nor does one that only waits to be buried. */
function isRunningFfmpeg(pid: number): boolean {
  try {
    const dead = /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return !dead && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('ffmpeg');
  } catch {
    // Gone, also between the two looks.
    return false;
  }
}
