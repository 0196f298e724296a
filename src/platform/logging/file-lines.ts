import type { pino } from 'pino';

/** A write for each line would cost more than all else about it; what is left of the last chunk follows at the next interval. */
export const CHUNK_BYTES = 8_192;
export const FLUSH_INTERVAL_MS = 100;

type FileThread = ReturnType<typeof pino.transport>;

/**
 * Hands log lines to the thread that writes the files, by the chunk: each write becomes a buffer of its own there. Once the
 * thread is gone the lines are dropped, and standard error says so.
 */
export class FileLines {
  private pending = '';
  private timer: NodeJS.Timeout | undefined;
  private failed = false;
  private readonly atExit = (): void => this.flushSync();

  constructor(private readonly thread: FileThread) {
    thread.on('error', (error: Error) => {
      // The lines still go to stdout, so this is the place to say it, once.
      if (!this.failed) process.stderr.write(`The log files are no longer written: ${error.message}\n`);
      this.failed = true;
    });
    process.once('exit', this.atExit);
  }

  write(line: string): void {
    this.pending += line;
    if (this.pending.length >= CHUNK_BYTES) this.handOver();
    else this.timer ??= setTimeout(() => this.handOver(), FLUSH_INTERVAL_MS).unref();
  }

  /** Writes out what is buffered before it returns. */
  flushSync(): void {
    this.handOver();
    if (!this.failed) this.thread.flushSync();
  }

  /** Resolves when what was written so far is out. */
  async flush(): Promise<void> {
    this.handOver();
    if (this.failed) return;
    await new Promise<void>((resolve) => {
      this.thread.flush(() => resolve());
    });
  }

  /** Writes out what is buffered and ends the thread. */
  async close(): Promise<void> {
    process.off('exit', this.atExit);
    await this.flush();
    if (this.failed) return;
    this.failed = true;
    await new Promise<void>((resolve) => {
      this.thread.once('close', () => resolve());
      this.thread.end();
    });
  }

  private handOver(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const lines = this.pending;
    this.pending = '';
    if (lines !== '' && !this.failed) this.thread.write(lines);
  }
}
