/**
 * The whole journey of a customer against a running product, over HTTP only:
 * register, verify, pay in the sandbox, upload, follow the events, download.
 */
import { randomBytes } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { ApiClient } from './api-client.ts';
import { findOrStartServer } from './server.ts';
import { synthesizeTrack } from './synthesize-track.ts';
import { ProgressBar, say } from './terminal.ts';

const OWN_TRACK_SECONDS = 12;
const CARD = '4242424242424242';
const FINAL_STATES = new Set(['completed', 'failed', 'cancelled']);

interface Job {
  readonly id: string;
  readonly status: string;
  readonly stage: string | null;
  readonly progress: number;
  readonly error: { readonly code: string; readonly message: string } | null;
}

interface Options {
  readonly look: string;
  readonly resolution: string;
  readonly title: string | undefined;
  readonly outDir: string;
}

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

async function registerAndVerify(api: ApiClient, sandboxOrigin: string): Promise<void> {
  const email = `musician-${randomBytes(4).toString('hex')}@example.com`;
  const password = `${randomBytes(12).toString('base64url')}a1`;
  await api.post('/api/auth/register', { email, password });
  await api.post('/api/auth/verify-email', { token: await tokenFromMailbox(sandboxOrigin, email) });
  const session = await api.post<{ access_token: string }>('/api/auth/login', { email, password });
  api.signIn(session.access_token);
  say(`  registered and verified ${email}`);
}

/** The mail is sent by the queue, so it may take a moment to arrive. */
async function tokenFromMailbox(sandboxOrigin: string, email: string): Promise<string> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    const response = await fetch(`${sandboxOrigin}/mailbox/messages?to=${encodeURIComponent(email)}`);
    const token = /token=([A-Za-z0-9._~-]+)/.exec(await response.text())?.[1];
    if (token !== undefined) return token;
    await new Promise((resolveDelay) => setTimeout(resolveDelay, 100));
  }
  throw new Error(`No verification mail for ${email} arrived in the sandbox mailbox`);
}

interface Tier {
  readonly id: string;
  readonly name: string;
  readonly amount: number;
  readonly currency: string;
  readonly resolution: string;
}

async function pay(api: ApiClient, resolution: string): Promise<string> {
  const { tiers } = await api.get<{ tiers: Tier[] }>('/api/payments/tiers');
  const pixels = (value: string): number =>
    value
      .split('x')
      .map(Number)
      .reduce((product, side) => product * side, 1);
  const tier = tiers
    .filter((candidate) => pixels(candidate.resolution) >= pixels(resolution))
    .sort((a, b) => a.amount - b.amount)[0];
  if (tier === undefined) throw new Error(`No tier offers ${resolution}`);
  const session = await api.post<{ payment_id: string; session_id: string; session_url: string }>(
    '/api/payments/create-session',
    {
      tier: tier.id,
    },
  );
  const paid = await fetch(`${session.session_url}/pay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ card: CARD }),
  });
  if (!paid.ok) throw new Error(`The sandbox checkout refused the card: HTTP ${paid.status}`);
  let status = '';
  while (status !== 'completed') {
    ({ status } = await api.get<{ status: string }>(`/api/payments/status/${session.session_id}`));
    if (!['pending', 'completed'].includes(status)) throw new Error(`The payment ended as ${status}`);
  }
  say(`  paid ${(tier.amount / 100).toFixed(2)} ${tier.currency.toUpperCase()} for ${tier.name}`);
  return session.payment_id;
}

async function submit(api: ApiClient, track: string, paymentId: string, options: Options): Promise<string> {
  const form = new FormData();
  form.set('payment_id', paymentId);
  form.set(
    'render_config',
    JSON.stringify({
      visualization: options.look,
      resolution: options.resolution,
      fps: 30,
      title: options.title ?? basename(track, extname(track)),
    }),
  );
  form.set('audio_file', await openAsBlob(track), basename(track));
  const bar = new ProgressBar('upload');
  const { job_id } = await api.upload<{ job_id: string }>('/api/jobs/render/submit', form, (fraction) => {
    bar.update(fraction);
  });
  bar.update(1);
  bar.end();
  return job_id;
}

async function follow(api: ApiClient, jobId: string): Promise<void> {
  const bar = new ProgressBar('render');
  let last: Job | null = null;
  for await (const { job } of api.events<{ job: Job }>(`/api/jobs/render/events/${jobId}`)) {
    last = job;
    bar.update(job.progress / 100, job.stage ?? job.status);
    if (FINAL_STATES.has(job.status)) break;
  }
  bar.end();
  if (last?.status !== 'completed') {
    throw new Error(
      `The job ended as ${last?.status ?? 'unknown'}: ${last?.error?.message ?? 'the event stream broke'}`,
    );
  }
}

async function download(api: ApiClient, jobId: string, outDir: string): Promise<{ path: string; sizeBytes: number }> {
  const { download_url, filename, size_bytes } = await api.get<{
    download_url: string;
    filename: string;
    size_bytes: number;
  }>(`/api/jobs/render/download/${jobId}`);
  await mkdir(outDir, { recursive: true });
  const path = resolve(outDir, basename(filename));
  const response = await fetch(download_url);
  if (!response.ok || response.body === null) throw new Error(`The download answered HTTP ${response.status}`);
  await pipeline(response.body, createWriteStream(path));
  return { path, sizeBytes: size_bytes };
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
    const options: Options = { look: values.look, resolution: values.resolution, title: values.title, outDir };
    const api = new ApiClient(server.origin);
    await watch.time('account', () => registerAndVerify(api, server.sandboxOrigin));
    const paymentId = await watch.time('payment', () => pay(api, options.resolution));
    const jobId = await watch.time('upload', () => submit(api, track, paymentId, options));
    await watch.time('render', () => follow(api, jobId));
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
