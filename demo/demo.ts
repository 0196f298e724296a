/**
 * The whole journey of a customer against a running product, over HTTP only:
 * register, verify, pay in the sandbox, upload, follow the events, download.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ApiClient } from './api-client.ts';
import { download, follow, type LookOptions, type OnProgress, pay, registerAndVerify, submit } from './journey.ts';
import { findOrStartServer } from './server.ts';
import { synthesizeTrack } from './synthesize-track.ts';
import { ProgressBar, say } from './terminal.ts';

const OWN_TRACK_SECONDS = 12;

class Stopwatch {
  private readonly laps: string[] = [];

  async time<T>(label: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await work();
    this.laps.push(`${label} ${((performance.now() - start) / 1_000).toFixed(1)} s`);
    return result;
  }

  toString(): string {
    return this.laps.join(', ');
  }
}

async function withBar<T>(label: string, work: (onProgress: OnProgress) => Promise<T>): Promise<T> {
  const bar = new ProgressBar(label);
  const result = await work((fraction, note) => {
    bar.update(fraction, note);
  });
  bar.end();
  return result;
}

async function ownTrack(outDir: string): Promise<string> {
  await mkdir(outDir, { recursive: true });
  const path = join(outDir, 'demo-track.wav');
  await writeFile(path, synthesizeTrack(OWN_TRACK_SECONDS));
  say(`  no file given: made a track of ${OWN_TRACK_SECONDS} s, ${path}`);
  return path;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      look: { type: 'string', default: 'bars' },
      resolution: { type: 'string', default: '1920x1080' },
      title: { type: 'string' },
      out: { type: 'string' },
    },
  });
  const stateDir = resolve(process.env['STATE_DIR'] ?? 'var');
  const outDir = values.out ?? join(stateDir, 'demo');
  const server = await findOrStartServer(stateDir);
  say(`Oriel Signal FX Pro at ${server.origin}`);
  const watch = new Stopwatch();
  try {
    const track = positionals[0] ?? (await ownTrack(outDir));
    const options: LookOptions = { look: values.look, resolution: values.resolution, title: values.title };
    const api = new ApiClient(server.origin);
    await watch.time('account', () => registerAndVerify(api, server.sandboxOrigin));
    const paymentId = await watch.time('payment', () => pay(api, options.resolution));
    const jobId = await watch.time('upload', () =>
      withBar('upload', (onProgress) => submit(api, track, paymentId, options, onProgress)),
    );
    await watch.time('render', () => withBar('render', (onProgress) => follow(api, jobId, onProgress)));
    const { path, sizeBytes } = await watch.time('download', () => download(api, jobId, outDir));
    say(`  ${path} (${(sizeBytes / 1e6).toFixed(1)} MB)`);
    say(`  time: ${watch.toString()}`);
  } finally {
    await server.stop();
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
