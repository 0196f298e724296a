/** Asks `/health/live` again and again from a thread of its own, so that the sender's work does not count as the product's. */
import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

const INTERVAL_MS = 10;
const { origin } = workerData as { readonly origin: string };
const watching = new AbortController();
const latenciesMs: number[] = [];

parentPort?.once('message', () => {
  watching.abort();
});

while (!watching.signal.aborted) {
  const asked = performance.now();
  await (await fetch(`${origin}/health/live`)).arrayBuffer();
  latenciesMs.push(performance.now() - asked);
  await delay(INTERVAL_MS);
}
parentPort?.postMessage(latenciesMs);
