/**
 * Whether every error is counted, and what that costs: 100,000 error responses over 16 connections; PostgreSQL is killed in the middle
 * for 20 seconds, and the product ends by SIGTERM once and goes on as another process. Needs a build.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { percentile, report } from './findings.ts';
import { KillablePostgres } from './monitoring/killable-postgres.ts';
import { type Answered, PacedErrors } from './monitoring/paced-errors.ts';
import { MeasuredProduct, withStateDir } from './product-process.ts';

const ERRORS = 100_000;
/** Until the code is compiled and the heap has its usual size. */
const WARM_UP = 20_000;
const PER_SECOND = 2_000;
const CONNECTIONS = 16;
const OUTAGE_MS = 20_000;

const MAX_GROWTH_BYTES = 60 * 1_048_576;
const MAX_SLOWDOWN = 2;
const MEBIBYTE = 1_048_576;

const PATHS = [
  { path: '/api/nothing-here', status: 404 },
  { path: '/api/user/profile', status: 401 },
  { path: '/api/payments/history', status: 401 },
];
const CODES = ['NOT_FOUND', 'UNAUTHORIZED'];

const NO_LIMITS = { RATE_LIMIT_PER_MINUTE: '1000000000', RATE_LIMIT_PER_HOUR: '1000000000' };

/** Greatest resident memory of a process while it lasts. */
function watchMemory(product: MeasuredProduct): { readonly peak: () => number; readonly end: () => void } {
  let peak = product.residentBytes();
  const timer = setInterval(() => {
    peak = Math.max(peak, product.residentBytes());
  }, 100);
  return { peak: () => peak, end: () => clearInterval(timer) };
}

function p99(answers: readonly Answered[]): number {
  return percentile(
    answers.map(({ durationMs }) => durationMs),
    0.99,
  );
}

async function counted(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ sum: string }>(
      'SELECT coalesce(sum(count), 0) AS sum FROM error_counts_day WHERE code = ANY ($1)',
      [CODES],
    );
    return Number(rows[0]?.sum);
  } finally {
    await client.end();
  }
}

await withStateDir(async (stateDir) => {
  const postgres = await KillablePostgres.start(stateDir);
  const env = { ROLE: 'api', DATABASE_URL: postgres.url, ...NO_LIMITS };
  const first = await MeasuredProduct.start(stateDir, env);
  const errors = new PacedErrors(first.origin, PATHS, CONNECTIONS);

  await errors.send(WARM_UP, PER_SECOND);
  const before = first.residentBytes();
  const memory = watchMemory(first);
  await errors.send(ERRORS / 4, PER_SECOND);
  const undisturbed = errors.answered.slice(WARM_UP);

  const disturbedFrom = errors.answered.length;
  const during = errors.send((ERRORS * 3) / 4, PER_SECOND);
  await postgres.kill();
  await delay(OUTAGE_MS);
  await postgres.startAgain();
  await delay(5_000);
  const disturbed = errors.answered.slice(disturbedFrom);
  const peak = memory.peak();
  memory.end();

  await first.stop();
  const second = await MeasuredProduct.start(stateDir, env);
  errors.sendTo(second.origin);
  await during;
  errors.close();
  await second.stop();

  const total = await counted(postgres.url);
  await postgres.close();
  const growth = peak - before;
  const slowdown = p99(disturbed) / p99(undisturbed);
  report('The capture of errors, with PostgreSQL killed for 20 s and one restart', [
    {
      what: 'errors answered and counted',
      figure: `${errors.answered.length} and ${total}, ${errors.inDoubt} in doubt`,
      bar: 'equal',
      met: total >= errors.answered.length && total <= errors.answered.length + errors.inDoubt,
    },
    {
      what: 'growth of the process',
      figure: `${(growth / MEBIBYTE).toFixed(1)} MB, from ${(before / MEBIBYTE).toFixed(0)} MB`,
      bar: `≤ ${MAX_GROWTH_BYTES / MEBIBYTE} MB`,
      met: growth <= MAX_GROWTH_BYTES,
    },
    {
      what: 'p99 of the responses: disturbed ÷ undisturbed',
      figure: `${slowdown.toFixed(2)}  (${p99(disturbed).toFixed(1)} ÷ ${p99(undisturbed).toFixed(1)} ms)`,
      bar: `≤ ${MAX_SLOWDOWN}`,
      met: slowdown <= MAX_SLOWDOWN,
    },
  ]);
});
