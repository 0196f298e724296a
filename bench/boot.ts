/** Boot to ready at the first start and at later ones, and resident memory when idle. Needs a build. */
import { setTimeout as delay } from 'node:timers/promises';
import { MeasuredProduct, median, withStateDir } from './product-process.ts';

const RUNS = 5;
const IDLE_MS = 10_000;

const first: number[] = [];
const later: number[] = [];
const idle: number[] = [];

for (let run = 0; run < RUNS; run += 1) {
  await withStateDir(async (stateDir) => {
    const fresh = await MeasuredProduct.start(stateDir);
    first.push(fresh.bootMs);
    await fresh.stop();
    const again = await MeasuredProduct.start(stateDir);
    later.push(again.bootMs);
    await delay(IDLE_MS);
    idle.push(again.residentBytes() / 1_048_576);
    await again.stop();
  });
}

const row = (what: string, values: readonly number[], unit: string, bar: string): string =>
  `${what.padEnd(24)} median ${median(values).toFixed(0).padStart(6)} ${unit}   min ${Math.min(...values).toFixed(0)}  max ${Math.max(...values).toFixed(0)}   (bar: ${bar})`;

process.stdout.write(
  `${[
    row('first start to ready', first, 'ms', '≤ 5000 ms'),
    row('later start to ready', later, 'ms', '≤ 2000 ms'),
    row('idle resident memory', idle, 'MiB', '≤ 200 MB'),
  ].join('\n')}\n`,
);
