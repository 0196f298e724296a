/** Five uploads of 50 MB at once: growth of the process's memory, and how fast `/health/live` answers meanwhile. Needs a build. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient } from '../demo/api-client.ts';
import { pay, registerAndVerify } from '../demo/journey.ts';
import { synthesizeTrack } from '../demo/synthesize-track.ts';
import { MeasuredProduct, median, withStateDir } from './product-process.ts';

const UPLOADS = 5;
const ROUNDS = 3;
/** 44.1 kHz stereo PCM of this length is just below the limit of 50 MiB. */
const TRACK_SECONDS = 297;
const LIVE_INTERVAL_MS = 10;

interface Round {
  readonly growthMb: number;
  readonly seconds: number;
  readonly liveMs: readonly number[];
}

async function measure(product: MeasuredProduct, api: ApiClient, audio: Blob): Promise<Round> {
  const payments = await Promise.all(Array.from({ length: UPLOADS }, () => pay(api, '1920x1080')));
  const before = product.residentBytes();
  let peak = before;
  const uploading = new AbortController();
  const liveMs: number[] = [];
  const watcher = (async () => {
    while (!uploading.signal.aborted) {
      const asked = performance.now();
      await (await fetch(`${product.origin}/health/live`)).arrayBuffer();
      liveMs.push(performance.now() - asked);
      peak = Math.max(peak, product.residentBytes());
      await delay(LIVE_INTERVAL_MS);
    }
  })();
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
  uploading.abort();
  await watcher;
  return { growthMb: (peak - before) / 1e6, seconds, liveMs };
}

const audio = new Blob([synthesizeTrack(TRACK_SECONDS)]);
const limits = Object.fromEntries(
  ['PER_MINUTE', 'PER_HOUR', 'AUTH_PER_MINUTE', 'CREATE_SESSION_PER_MINUTE', 'SUBMIT_PER_MINUTE'].map((name) => [
    `RATE_LIMIT_${name}`,
    '1000000',
  ]),
);

await withStateDir(async (stateDir) => {
  const product = await MeasuredProduct.start(stateDir, {
    ROLE: 'api',
    INSTANCE_ID: randomBytes(4).toString('hex'),
    ...limits,
  });
  try {
    const api = new ApiClient(product.origin);
    await registerAndVerify(api, product.sandboxOrigin);
    for (let round = 1; round <= ROUNDS; round += 1) {
      const { growthMb, seconds, liveMs } = await measure(product, api, audio);
      process.stdout.write(
        `round ${round}: ${UPLOADS} × ${(audio.size / 1e6).toFixed(1)} MB in ${seconds.toFixed(1)} s, memory +${growthMb.toFixed(0)} MB (bar: ≤ 60), ` +
          `/health/live median ${median(liveMs).toFixed(1)} ms, slowest ${Math.max(...liveMs).toFixed(1)} ms of ${liveMs.length} (bar: ≤ 50)\n`,
      );
    }
  } finally {
    await product.stop();
  }
});
