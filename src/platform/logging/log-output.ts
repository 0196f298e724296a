import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DestinationStream, pino } from 'pino';
import type { AppConfig } from '../../config/index.js';

/** Injection token of the {@link LogOutput}. */
export const LOG_OUTPUT = Symbol('LogOutput');

/** Where finished log lines go. */
export interface LogOutput extends DestinationStream {
  /** Writes out what is buffered before it returns: pino calls it after a fatal line. */
  flushSync(): void;
  /** Resolves when what was written so far is out. */
  flush(): Promise<void>;
  /** Writes out what is buffered and lets go of files and threads. */
  close(): Promise<void>;
}

/** A write for each line would cost more than all else about it; what is left of the last chunk follows at the next interval. */
const CHUNK_BYTES = 8_192;
const FLUSH_INTERVAL_MS = 100;

/** The thread only passes text on; what it may not use, the process does not need. */
const THREAD_LIMITS = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 64 };

type FileThread = ReturnType<typeof pino.transport>;

/**
 * JSON lines on stdout (readable ones in a terminal), and the rotated files where a directory for them is configured.
 * @param screen takes the place of stdout
 */
export async function openLogOutput(config: AppConfig, screen?: DestinationStream): Promise<LogOutput> {
  const files = config.log.dir === null ? undefined : openFiles(config.log.dir);
  return new SplitOutput(screen ?? (await openScreen(config)), files);
}

async function openScreen(config: AppConfig): Promise<Screen> {
  const terminal = process.stdout.isTTY && config.environment !== 'production';
  return (terminal ? await openPretty() : undefined) ?? openStdout();
}

interface Screen extends DestinationStream {
  flushSync?(): void;
}

class SplitOutput implements LogOutput {
  private filesFailed = false;

  constructor(
    private readonly screen: Screen,
    private readonly files: FileThread | undefined,
  ) {
    files?.on('error', (error: Error) => {
      // The thread is gone; the lines still go to stdout, so this is the place to say it, once.
      if (!this.filesFailed) process.stderr.write(`The log files are no longer written: ${error.message}\n`);
      this.filesFailed = true;
    });
  }

  write(line: string): void {
    this.screen.write(line);
    if (this.files !== undefined && !this.filesFailed) this.files.write(line);
  }

  flushSync(): void {
    this.screen.flushSync?.();
    if (this.files !== undefined && !this.filesFailed) this.files.flushSync();
  }

  async flush(): Promise<void> {
    this.screen.flushSync?.();
    const { files } = this;
    if (files === undefined || this.filesFailed) return;
    await new Promise<void>((resolve) => {
      files.flush(() => resolve());
    });
  }

  async close(): Promise<void> {
    await this.flush();
    const { files } = this;
    if (files === undefined || this.filesFailed) return;
    this.filesFailed = true;
    await new Promise<void>((resolve) => {
      files.once('close', () => resolve());
      files.end();
    });
  }
}

function openStdout(): Screen {
  const stdout = pino.destination({ dest: 1, sync: false, minLength: CHUNK_BYTES, periodicFlush: FLUSH_INTERVAL_MS });
  // A reader of our output that has gone (`| head`) is no reason to die; there is nowhere left to report it.
  stdout.on('error', () => undefined);
  return stdout;
}

/** `pino-pretty` is a development dependency: without it a terminal gets JSON. */
async function openPretty(): Promise<Screen | undefined> {
  try {
    const { default: pretty } = await import('pino-pretty');
    return pretty({ colorize: true, singleLine: true, ignore: 'instance,role,version', sync: true });
  } catch {
    return undefined;
  }
}

function openFiles(dir: string): FileThread {
  // The file beside this one, compiled or not: Node runs both.
  const target = fileURLToPath(new URL(`./rotated-files.transport${extname(import.meta.url)}`, import.meta.url));
  return pino.transport({ target, options: { dir }, worker: { resourceLimits: THREAD_LIMITS } });
}
