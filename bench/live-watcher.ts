/** Asks `/health/live` again and again from a process of its own, so that the sender's work does not count as the product's. */
import { setTimeout as delay } from 'node:timers/promises';

const INTERVAL_MS = 10;
const [, , origin = ''] = process.argv;
const watching = new AbortController();
const latenciesMs: number[] = [];

process.once('message', () => {
  watching.abort();
});

process.send?.('watching');
while (!watching.signal.aborted) {
  const asked = performance.now();
  await (await fetch(`${origin}/health/live`)).arrayBuffer();
  latenciesMs.push(performance.now() - asked);
  await delay(INTERVAL_MS);
}
process.send?.(latenciesMs);
