/**
 * What everybody else notices while one dependency hangs and callers pile up on it. Two products run side by side: on one the
 * dependency hangs, on the other all is well; both are asked in turn, in short windows, for what does not need the dependency, and
 * then change places. `--only <service>` measures one of the three. Needs a build.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ApiClient } from '../demo/api-client.ts';
import { registerAndVerify } from '../demo/journey.ts';
import { type Finding, percentile, report } from './findings.ts';
import { type Pile, PILES } from './hang/piles.ts';
import { load } from './http-load.ts';
import { MeasuredProduct, withStateDir } from './product-process.ts';

const MIN_RATIO = 0.95;
const PAIRS_PER_ROUND = 50;
const WINDOW_MS = 250;
const CONNECTIONS = 8;
/** Everybody's daily bread: nothing here needs a third party. */
const PATHS = [
  '/api/user/profile',
  '/api/payments/tiers',
  '/api/payments/history',
  '/api/jobs/render',
  '/health/ready',
];

const NO_LIMITS = Object.fromEntries(
  ['PER_MINUTE', 'PER_HOUR', 'AUTH_PER_MINUTE', 'CREATE_SESSION_PER_MINUTE', 'SUBMIT_PER_MINUTE'].map((name) => [
    `RATE_LIMIT_${name}`,
    '1000000',
  ]),
);

/** Calls hang for as long as a round lasts, so that all of it is measured with the pile in place; then they end for good. */
function hangingFor(service: string): Readonly<Record<string, string>> {
  const prefix = `RESILIENCE_${service.toUpperCase()}`;
  return {
    [`${prefix}_TIMEOUT_MS`]: '30000',
    [`${prefix}_ATTEMPTS`]: '1',
    [`${prefix}_RECOVERY_TIMEOUT_MS`]: '1000',
  };
}

interface Side {
  readonly product: MeasuredProduct;
  /** The customer whose calls pile up. */
  readonly crowd: ApiClient;
  /** Token of another one, who owns nothing: what is measured must not depend on what the crowd leaves in the lists. */
  readonly token: string;
}

/** Tokens of two customers; by a product of its own, since the mail with a first token is a worker's business. */
async function registerTwo(stateDir: string): Promise<readonly [string, string]> {
  const product = await MeasuredProduct.start(stateDir, NO_LIMITS);
  const register = (): Promise<string> => registerAndVerify(new ApiClient(product.origin), product.sandboxOrigin);
  try {
    return await Promise.all([register(), register()]);
  } finally {
    await product.stop();
  }
}

async function startSide(stateDir: string, pile: Pile): Promise<Side> {
  const [token, crowdToken] = await registerTwo(stateDir);
  const product = await MeasuredProduct.start(stateDir, { ...NO_LIMITS, ...hangingFor(pile.service), ROLE: pile.role });
  const crowd = new ApiClient(product.origin);
  crowd.signIn(crowdToken);
  // What a process loads and keeps since it first did this work is no matter of the hang.
  await Promise.all((await pile.prepare(crowd))());
  return { product, crowd, token };
}

async function fault(side: Side, service: string, init: RequestInit): Promise<{ readonly failed_calls: number }> {
  const response = await fetch(`${side.product.sandboxOrigin}/sandbox/faults/${service}`, init);
  if (!response.ok) throw new Error(`The sandbox refused the fault: HTTP ${response.status}`);
  return (await response.json()) as { readonly failed_calls: number };
}

async function perSecond({ product, token }: Side): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  const result = await load(product.origin, PATHS, { connections: CONNECTIONS, durationMs: WINDOW_MS, headers });
  const failed = [...result.statuses.keys()].filter((status) => status !== 200);
  if (failed.length > 0) throw new Error(`A route that needs no third party answered ${failed.join(', ')}`);
  return result.perSecond;
}

interface Pair {
  readonly well: number;
  readonly hung: number;
}

/** Puts the pile on one side and measures both in turn, each first every other time. */
async function round(pile: Pile, well: Side, hung: Side): Promise<readonly Pair[]> {
  const callers = await pile.prepare(hung.crowd);
  // The other one sees the same customers: only the calls themselves may make the difference.
  await pile.prepare(well.crowd);
  const { failed_calls: before } = await fault(hung, pile.service, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'hang' }),
  });
  const calls = Promise.allSettled(callers());
  if (pile.answered) await calls;
  while ((await fault(hung, pile.service, {})).failed_calls - before < pile.hanging) await delay(50);
  const pairs: Pair[] = [];
  for (let pair = 0; pair < PAIRS_PER_ROUND; pair += 1) {
    const figures = { well: 0, hung: 0 };
    for (const name of pair % 2 === 0 ? (['well', 'hung'] as const) : (['hung', 'well'] as const)) {
      figures[name] = await perSecond(name === 'well' ? well : hung);
    }
    pairs.push(figures);
  }
  await fault(hung, pile.service, { method: 'DELETE' });
  await calls;
  return pairs;
}

async function measure(pile: Pile): Promise<Finding> {
  return await withStateDir((firstDir) =>
    withStateDir(async (secondDir) => {
      const first = await startSide(firstDir, pile);
      const second = await startSide(secondDir, pile);
      try {
        // What both do before the compiler has warmed up says nothing.
        for (const side of [first, second, first, second])
          for (let window = 0; window < 5; window += 1) await perSecond(side);
        const pairs = [...(await round(pile, first, second)), ...(await round(pile, second, first))];
        return finding(pile, pairs);
      } finally {
        await first.product.stop();
        await second.product.stop();
      }
    }),
  );
}

function finding({ service }: Pile, pairs: readonly Pair[]): Finding {
  const medianOf = (figure: (pair: Pair) => number): number => percentile(pairs.map(figure), 0.5);
  const ratio = medianOf(({ well, hung }) => hung / well);
  const rates = `${medianOf(({ hung }) => hung).toFixed(0)} ÷ ${medianOf(({ well }) => well).toFixed(0)} requests/s`;
  return {
    what: `${service} hangs: throughput of the rest`,
    figure: `${(ratio * 100).toFixed(1)} %  (${rates})`,
    bar: `≥ ${MIN_RATIO * 100} %`,
    met: ratio >= MIN_RATIO,
  };
}

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const piles = PILES.filter(({ service }) => values.only === undefined || values.only === service);
const findings: Finding[] = [];
for (const pile of piles) findings.push(await measure(pile));
report('While one dependency hangs, medians over alternating windows', findings);
