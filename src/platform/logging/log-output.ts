import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DestinationStream, pino } from 'pino';
import type { AppConfig } from '../../config/index.js';
import { CHUNK_BYTES, FileLines, FLUSH_INTERVAL_MS } from './file-lines.js';

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

/** The thread only passes text on; what it may not use, the process does not need. */
const THREAD_LIMITS = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 64 };

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
  constructor(
    private readonly screen: Screen,
    private readonly files: FileLines | undefined,
  ) {}

  write(line: string): void {
    this.screen.write(line);
    this.files?.write(line);
  }

  flushSync(): void {
    this.screen.flushSync?.();
    this.files?.flushSync();
  }

  async flush(): Promise<void> {
    this.screen.flushSync?.();
    await this.files?.flush();
  }

  async close(): Promise<void> {
    this.screen.flushSync?.();
    await this.files?.close();
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

function openFiles(dir: string): FileLines {
  // The file beside this one, compiled or not: Node runs both.
  const target = fileURLToPath(new URL(`./rotated-files.transport${extname(import.meta.url)}`, import.meta.url));
  return new FileLines(pino.transport({ target, options: { dir }, worker: { resourceLimits: THREAD_LIMITS } }));
}
