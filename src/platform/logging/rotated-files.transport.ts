// Runs in a worker thread, directly from this file: it imports nothing of ours.
import { symlink, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Writable } from 'node:stream';
import { callbackify } from 'node:util';
import roll from 'pino-roll';

interface RotatedFile {
  readonly name: string;
  readonly sizeMb: number;
  readonly count: number;
  readonly takes: (line: string) => boolean;
}

const ERROR_LEVEL = /^\{"level":"(?:error|fatal)"/;

/** Who reads which file; sizes in megabytes, counts in files. */
const FILES: readonly RotatedFile[] = [
  { name: 'app', sizeMb: 10, count: 10, takes: () => true },
  { name: 'errors', sizeMb: 10, count: 10, takes: (line) => ERROR_LEVEL.test(line) },
  { name: 'security', sizeMb: 5, count: 10, takes: (line) => isOfLog(line, 'security') },
  { name: 'performance', sizeMb: 5, count: 5, takes: (line) => isOfLog(line, 'performance') },
];

const COMPLAINT_INTERVAL_MS = 60_000;

type RollingStream = Awaited<ReturnType<typeof roll>>;

/**
 * Splits the stream of log lines into rotated files in `dir`: `app.<n>.log` and so on, each with a link without the number
 * to the file being written. One thread serves them all.
 */
export default async function rotatedFiles({ dir }: { readonly dir: string }): Promise<Writable> {
  const outputs = await Promise.all(
    FILES.map(async ({ name, sizeMb, count, takes }) => ({ stream: await open(dir, name, sizeMb, count), takes })),
  );
  let incomplete = '';

  const writeLines = async (chunk: string): Promise<void> => {
    const lines = (incomplete + chunk).split('\n');
    incomplete = lines.pop() ?? '';
    const full = new Set<RollingStream>();
    for (const line of lines) {
      for (const { stream, takes } of outputs) {
        if (takes(line) && !stream.write(`${line}\n`)) full.add(stream);
      }
    }
    await Promise.all([...full].map(drained));
  };

  const writeChunk = callbackify(writeLines);
  const endAll = callbackify(async () => {
    if (incomplete !== '') await writeLines('\n');
    await Promise.all(outputs.map(async ({ stream }) => await close(stream)));
  });

  return new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      writeChunk(String(chunk), done);
    },
    final(done) {
      endAll(done);
    },
  });
}

async function open(dir: string, name: string, sizeMb: number, count: number): Promise<RollingStream> {
  const stream = await roll({
    file: join(dir, name),
    extension: '.log',
    size: `${sizeMb}m`,
    mkdir: true,
    limit: { count, removeOtherLogFiles: true },
  });
  let complainedAtMs = Number.NEGATIVE_INFINITY;
  stream.on('error', (error: Error) => {
    // A full disk must not end the thread; stdout has the same lines. Once a minute is enough to hear of it.
    if (performance.now() - complainedAtMs < COMPLAINT_INTERVAL_MS) return;
    complainedAtMs = performance.now();
    process.stderr.write(`The log file ${name}.log cannot be written: ${error.message}\n`);
  });
  const link = (): void => {
    void linkToCurrent(dir, name, stream);
  };
  stream.on('ready', link);
  link();
  return stream;
}

async function linkToCurrent(dir: string, name: string, stream: RollingStream): Promise<void> {
  const path = join(dir, `${name}.log`);
  try {
    await unlink(path).catch(() => undefined);
    await symlink(basename(stream.file), path);
  } catch {
    // A convenience that some file systems do not offer; the numbered files are the logs.
  }
}

/** Until there is room again, or the file cannot be written: then what follows is tried anew. */
async function drained(stream: RollingStream): Promise<void> {
  await new Promise<void>((resolve) => {
    const settle = (): void => {
      stream.off('drain', settle);
      stream.off('error', settle);
      resolve();
    };
    stream.on('drain', settle);
    stream.on('error', settle);
  });
}

async function close(stream: RollingStream): Promise<void> {
  await new Promise<void>((resolve) => {
    stream.once('close', resolve);
    stream.end();
  });
}

/** Only a property of the line itself counts, not the same text somewhere inside. */
function isOfLog(line: string, log: string): boolean {
  if (!line.includes(`"log":"${log}"`)) return false;
  try {
    return (JSON.parse(line) as { log?: unknown }).log === log;
  } catch {
    return false;
  }
}
