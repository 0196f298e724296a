import { type ChildProcess, spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import type { Readable, Writable } from 'node:stream';

/** How an ffmpeg ended. */
export interface FfmpegOutcome {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** System error code when it could not be started at all, such as `ENOENT`. */
  readonly spawnError: string | null;
  /** Its last lines on standard error. */
  readonly stderr: readonly string[];
}

const KEPT_LINES = 20;
const LONGEST_LINE = 400;
/**
 * glibc gives the memory of each raw frame back to the system and asks for it again; touching fresh pages costs more than filling them.
 * Above these sizes it keeps what it has.
 */
const KEEP_MEMORY = { MALLOC_MMAP_THRESHOLD_: '268435456', MALLOC_TRIM_THRESHOLD_: '536870912' } as const;

/** One running ffmpeg; a member of the process group of whoever starts it. */
export class FfmpegProcess {
  /** Resolves, never rejects, when the process has ended and its output is closed. */
  readonly ended: Promise<FfmpegOutcome>;
  private readonly child: ChildProcess;
  private readonly lines: string[] = [];
  private partialLine = '';

  /**
   * @param ffmpegPath - the binary.
   * @param options.input - opens a pipe to its standard input.
   * @param options.progress - opens a pipe from its file descriptor 3.
   */
  constructor(
    ffmpegPath: string,
    args: readonly string[],
    options: { readonly input: boolean; readonly progress: boolean },
  ) {
    this.child = spawn(ffmpegPath, [...args], {
      stdio: [options.input ? 'pipe' : 'ignore', 'pipe', 'pipe', options.progress ? 'pipe' : 'ignore'],
      env: { LC_ALL: 'C', ...KEEP_MEMORY },
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => this.collect(text));
    // A pipe to a process that is gone fails; how the process ended says more than that error.
    this.child.stdin?.on('error', () => this.child.stdin?.destroy());
    this.ended = new Promise((resolve) => {
      let spawnError: string | null = null;
      this.child.once('error', (error: NodeJS.ErrnoException) => {
        spawnError = error.code ?? error.name;
        if (this.child.pid === undefined) resolve({ exitCode: null, signal: null, spawnError, stderr: this.tail() });
      });
      this.child.once('close', (exitCode, signal) => resolve({ exitCode, signal, spawnError, stderr: this.tail() }));
    });
  }

  /** Lets whatever else runs on the machine go first. A process that has already ended does not mind. */
  yieldToOthers(): void {
    if (this.child.pid === undefined) return;
    try {
      setPriority(this.child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ERR_SYSTEM_ERROR')) throw error;
    }
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get input(): Writable {
    if (this.child.stdin === null) throw new Error('This ffmpeg was started without an input pipe');
    return this.child.stdin;
  }

  get output(): Readable {
    if (this.child.stdout === null) throw new Error('This ffmpeg was started without an output pipe');
    return this.child.stdout;
  }

  get progress(): Readable {
    const stream = this.child.stdio[3];
    if (stream === null || stream === undefined || !('read' in stream)) {
      throw new Error('This ffmpeg was started without a progress pipe');
    }
    return stream;
  }

  /** Kills it and lets go of what it has written; {@link ended} resolves soon after, also while nobody reads its output. */
  stop(): void {
    this.child.kill('SIGKILL');
    this.child.stdout?.destroy();
  }

  private collect(text: string): void {
    const lines = (this.partialLine + text).split(/\r?\n|\r/);
    this.partialLine = (lines.pop() ?? '').slice(0, LONGEST_LINE);
    for (const line of lines) {
      if (line !== '') this.lines.push(line.slice(0, LONGEST_LINE));
    }
    this.lines.splice(0, Math.max(0, this.lines.length - KEPT_LINES));
  }

  private tail(): readonly string[] {
    return this.partialLine === '' ? [...this.lines] : [...this.lines.slice(1 - KEPT_LINES), this.partialLine];
  }
}
