import { randomBytes, randomUUID } from 'node:crypto';
import { createWriteStream, openAsBlob } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from './api-client.ts';
import { say } from './terminal.ts';

const CARD = '4242424242424242';
const MAIL_LIMIT_MS = 60_000;
const FINAL_STATES = new Set(['completed', 'failed', 'cancelled']);

/** Told how far a step has come, as a fraction (0–1). */
export type OnProgress = (fraction: number, note?: string) => void;

interface Job {
  readonly id: string;
  readonly status: string;
  readonly stage: string | null;
  readonly progress: number;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** What the video should look like. */
export interface LookOptions {
  readonly look: string;
  readonly resolution: string;
  readonly title: string | undefined;
}

/** Makes an account, verifies it with the token from the sandbox's mailbox and signs in; gives the access token. */
export async function registerAndVerify(
  api: ApiClient,
  sandboxOrigin: string,
  { email = newAddress(), tell = say } = {},
): Promise<string> {
  const password = `${randomBytes(12).toString('base64url')}a1`;
  await api.post('/api/auth/register', { email, password });
  await api.post('/api/auth/verify-email', { token: await tokenFromMailbox(sandboxOrigin, email) });
  const session = await api.post<{ access_token: string }>('/api/auth/login', { email, password });
  api.signIn(session.access_token);
  tell(`  registered and verified ${email}`);
  return session.access_token;
}

export function newAddress(): string {
  return `musician-${randomBytes(4).toString('hex')}@example.com`;
}

/** The mail is sent by the queue, so it may take a moment to arrive, and more than that while SendGrid is away. */
async function tokenFromMailbox(sandboxOrigin: string, email: string): Promise<string> {
  const deadline = Date.now() + MAIL_LIMIT_MS;
  while (Date.now() < deadline) {
    const response = await fetch(`${sandboxOrigin}/mailbox/messages?to=${encodeURIComponent(email)}`);
    const token = /token=([A-Za-z0-9._~-]+)/.exec(await response.text())?.[1];
    if (token !== undefined) return token;
    await delay(100);
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

/** Buys the cheapest tier that offers `resolution` with the sandbox's test card; gives the payment's id. */
export async function pay(api: ApiClient, resolution: string, tell = say): Promise<string> {
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
    { tier: tier.id },
    // However often it is sent, there is one session.
    { 'idempotency-key': randomUUID() },
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
    await delay(50);
  }
  tell(`  paid ${(tier.amount / 100).toFixed(2)} ${tier.currency.toUpperCase()} for ${tier.name}`);
  return session.payment_id;
}

/** Uploads the track with its look; gives the job's id. */
export async function submit(
  api: ApiClient,
  track: string,
  paymentId: string,
  options: LookOptions,
  onProgress: OnProgress,
): Promise<string> {
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
  const { job_id } = await api.upload<{ job_id: string }>('/api/jobs/render/submit', form, onProgress);
  return job_id;
}

/** Follows the job's events until it is done. */
export async function follow(api: ApiClient, jobId: string, onProgress: OnProgress): Promise<void> {
  let last: Job | null = null;
  for await (const { job } of api.events<{ job: Job }>(`/api/jobs/render/events/${jobId}`)) {
    last = job;
    onProgress(job.progress / 100, job.stage ?? job.status);
    if (FINAL_STATES.has(job.status)) break;
  }
  if (last?.status !== 'completed') {
    throw new Error(
      `The job ended as ${last?.status ?? 'unknown'}: ${last?.error?.message ?? 'the event stream broke'}`,
    );
  }
}

/** Fetches the video into `outDir`. @param signal - gives up the transfer */
export async function download(
  api: ApiClient,
  jobId: string,
  outDir: string,
  signal?: AbortSignal,
): Promise<{ path: string; sizeBytes: number }> {
  const { download_url, filename, size_bytes } = await api.get<{
    download_url: string;
    filename: string;
    size_bytes: number;
  }>(`/api/jobs/render/download/${jobId}`);
  await mkdir(outDir, { recursive: true });
  const path = resolve(outDir, basename(filename));
  const response = await fetch(download_url, signal === undefined ? {} : { signal });
  if (!response.ok || response.body === null) throw new Error(`The download answered HTTP ${response.status}`);
  await pipeline(response.body, createWriteStream(path));
  return { path, sizeBytes: size_bytes };
}
