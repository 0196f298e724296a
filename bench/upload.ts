/** Five uploads of 50 MB at once: growth of the process's memory, and how fast `/health/live` answers meanwhile. Needs a build. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { ApiClient } from '../demo/api-client.ts';
import { pay, registerAndVerify } from '../demo/journey.ts';
import { synthesizeTrack } from '../demo/synthesize-track.ts';
import { MeasuredProduct, median, withStateDir } from './product-process.ts';

const UPLOADS = 5;
const ROUNDS = 3;
/** 44.1 kHz stereo PCM of this length is just below the limit of 50 MiB. */
const TRACK_SECONDS = 297;
const MEMORY_INTERVAL_MS = 50;

interface Round {
  readonly growthMb: number;
  readonly seconds: number;
  readonly liveMs: readonly number[];
}

async function measure(product: MeasuredProduct, api: ApiClient, audio: Blob): Promise<Round> {
  const payments = await Promise.all(Array.from({ length: UPLOADS }, () => pay(api, '1920x1080')));
  const before = product.residentBytes();
  let peak = before;
  const sampler = setInterval(() => {
    peak = Math.max(peak, product.residentBytes());
  }, MEMORY_INTERVAL_MS);
  const watcher = fork(new URL('live-watcher.ts', import.meta.url), [product.origin]);
  setPriority(watcher.pid ?? 0, constants.priority.PRIORITY_NORMAL);
  await once(watcher, 'message');
  const started = performance.now();
  await Promise.all(
    payments.map(async (paymentId) => {
      const form = new FormData();
      form.set('payment_id', paymentId);
      form.set('render_config', JSON.stringify({ visualization: 'bars', resolution: '1920x1080', fps: 30 }));
      form.set('audio_file', audio, 'track.wav');
      await api.upload('/api/jobs/render/submit', form, () => {});
    }),
  );
  const seconds = (performance.now() - started) / 1_000;
  clearInterval(sampler);
  watcher.send('stop');
  const [liveMs] = (await once(watcher, 'message')) as [number[]];
  watcher.disconnect();
  return { growthMb: (peak - before) / 1e6, seconds, liveMs };
}

const audio = new Blob([synthesizeTrack(TRACK_SECONDS)]);
const limits = Object.fromEntries(
  ['PER_MINUTE', 'PER_HOUR', 'AUTH_PER_MINUTE', 'CREATE_SESSION_PER_MINUTE', 'SUBMIT_PER_MINUTE'].map((name) => [
    `RATE_LIMIT_${name}`,
    '1000000',
  ]),
);

/** Mails are a worker's business; what is measured is the api role, on which no render competes for the processor. */
async function accessToken(stateDir: string): Promise<string> {
  const product = await MeasuredProduct.start(stateDir, limits);
  try {
    return await registerAndVerify(new ApiClient(product.origin), product.sandboxOrigin);
  } finally {
    await product.stop();
  }
}

/** The doubles run in another process, as the vendors do: their memory and their work are not the product's. */
await withStateDir(async (stateDir) => {
  const token = await accessToken(stateDir);
  const host = await MeasuredProduct.start(stateDir, { ROLE: 'api', ...limits });
  const product = await MeasuredProduct.start(stateDir, {
    ROLE: 'api',
    SANDBOX_PORT: new URL(host.sandboxOrigin).port,
    ...limits,
  });
  // Customers and vendors have machines of their own: here they give way to the product and to who watches it.
  host.giveWay();
  setPriority(constants.priority.PRIORITY_LOW);
  try {
    const api = new ApiClient(product.origin);
    api.signIn(token);
    for (let round = 1; round <= ROUNDS; round += 1) {
      const { growthMb, seconds, liveMs } = await measure(product, api, audio);
      process.stdout.write(
        `round ${round}: ${UPLOADS} × ${(audio.size / 1e6).toFixed(1)} MB in ${seconds.toFixed(1)} s, memory +${growthMb.toFixed(0)} MB (bar: ≤ 60), ` +
          `/health/live median ${median(liveMs).toFixed(1)} ms, slowest ${Math.max(...liveMs).toFixed(1)} ms of ${liveMs.length} (bar: ≤ 50)\n`,
      );
    }
  } finally {
    await product.stop();
    await host.stop();
  }
});
