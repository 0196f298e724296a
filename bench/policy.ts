import 'reflect-metadata';
import { parseArgs } from 'node:util';
import {
  bulkhead,
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import type { PolicySettings } from '../src/config/index.js';

type Errors = typeof import('../src/platform/errors/index.js');
type Policies = typeof import('../src/platform/resilience/dependency-policy.js');
type Events = typeof import('../src/platform/resilience/policy-events.js');
type Time = typeof import('../src/platform/time/index.js');
type DependencyPolicy = InstanceType<Policies['DependencyPolicy']>;

/**
 * What the policy costs and how it behaves under load, on the real clock:
 * a no-op under it against a no-op under a bare cockatiel wrap of the same layers, side by side in alternating rounds; how fast
 * an open circuit refuses; a crowd at a half-open circuit; a dependency that is down. It measures the build.
 */
const { values } = parseArgs({ options: { dist: { type: 'string', default: '../dist/src' } } });
const load = async <T>(path: string): Promise<T> =>
  (await import(new URL(`${values.dist}/${path}.js`, import.meta.url).href)) as T;

const { ExternalServiceError } = await load<Errors>('platform/errors/index');
const { DependencyPolicy } = await load<Policies>('platform/resilience/dependency-policy');
const { PolicyEvents } = await load<Events>('platform/resilience/policy-events');
const { SystemClock } = await load<Time>('platform/time/index');

const ROUNDS = 15;
const CALLS_PER_ROUND = 20_000;
const SETTINGS: PolicySettings = {
  failureThreshold: 5,
  recoveryTimeoutMs: 60_000,
  attempts: 3,
  timeoutMs: 10_000,
  bulkhead: 20,
  queue: 50,
  slowCallMs: null,
  slowCallRate: 0.5,
};

const policyWith = (settings: Partial<PolicySettings> = {}): DependencyPolicy =>
  new DependencyPolicy(
    'stripe',
    { ...SETTINGS, ...settings },
    { events: new PolicyEvents(), clock: new SystemClock(), random: Math.random },
  );

const down = async (): Promise<never> => {
  throw new ExternalServiceError('STRIPE_CONNECTION_ERROR');
};

const sleep = async (ms: number): Promise<void> => {
  await new Promise((resolve) => setTimeout(resolve, ms));
};

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

async function microsecondsPerCall(call: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  for (let index = 0; index < CALLS_PER_ROUND; index += 1) await call();
  return ((performance.now() - startedMs) / CALLS_PER_ROUND) * 1_000;
}

async function overhead(): Promise<string> {
  const bare = wrap(
    retry(handleAll, { maxAttempts: 2, backoff: new ExponentialBackoff() }),
    bulkhead(20, 50),
    circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(5) }),
    timeout(10_000, TimeoutStrategy.Cooperative),
  );
  const policy = policyWith();
  const work = async (): Promise<number> => 1;
  const rounds: { readonly bare: number; readonly ours: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push({
      bare: await microsecondsPerCall(async () => await bare.execute(work)),
      ours: await microsecondsPerCall(async () => await policy.execute('no_op', work)),
    });
  }
  // The first rounds warm the compiler up.
  const warm = rounds.slice(3);
  const bareUs = percentile(
    warm.map((round) => round.bare),
    0.5,
  );
  const oursUs = percentile(
    warm.map((round) => round.ours),
    0.5,
  );
  return `a no-op: bare cockatiel wrap ${bareUs.toFixed(2)} µs, policy ${oursUs.toFixed(2)} µs, ratio ${(oursUs / bareUs).toFixed(2)} (goal ≤ 1.5)`;
}

async function refusals(): Promise<string> {
  const policy = policyWith();
  for (let call = 0; call < 5; call += 1) await policy.execute('call', down, { maxRetries: 0 }).catch(() => undefined);
  const latencies: number[] = [];
  for (let call = 0; call < 10_000; call += 1) {
    const startedMs = performance.now();
    await policy.execute('call', down).catch(() => undefined);
    latencies.push(performance.now() - startedMs);
  }
  return `refusal by an open circuit: p50 ${percentile(latencies, 0.5).toFixed(3)} ms, p99 ${percentile(latencies, 0.99).toFixed(3)} ms (goal < 10 ms)`;
}

async function halfOpenCrowd(): Promise<string> {
  const policy = policyWith({ recoveryTimeoutMs: 100 });
  for (let call = 0; call < 5; call += 1) await policy.execute('call', down, { maxRetries: 0 }).catch(() => undefined);
  await sleep(110);
  let sent = 0;
  const refusedMs: number[] = [];
  const slow = async (): Promise<void> => {
    sent += 1;
    await sleep(50);
  };
  await Promise.all(
    Array.from({ length: 100 }, async () => {
      const startedMs = performance.now();
      await policy.execute('call', slow).catch(() => refusedMs.push(performance.now() - startedMs));
    }),
  );
  return `100 callers at a half-open circuit: ${sent} sent, ${refusedMs.length} refused, slowest refusal ${Math.max(...refusedMs).toFixed(1)} ms (goal 1, 99, < 10 ms), then ${policy.state}`;
}

async function outage(): Promise<string> {
  const seconds = 10;
  const policy = policyWith({ failureThreshold: 1_000_000, bulkhead: 10_000 });
  let sent = 0;
  let offered = 0;
  const calls: Promise<unknown>[] = [];
  const startedMs = performance.now();
  while (performance.now() - startedMs < seconds * 1_000) {
    while (offered < ((performance.now() - startedMs) / 1_000) * 200) {
      offered += 1;
      calls.push(
        policy
          .execute('call', async () => {
            sent += 1;
            await down();
          })
          .catch(() => undefined),
      );
    }
    await sleep(5);
  }
  const limit = Math.floor(1.1 * offered + 3 * (seconds + 1));
  const sentInTime = sent;
  await Promise.all(calls);
  return `a dependency that is down, breaker out of the way, ${offered} calls offered in ${seconds} s: ${sentInTime} sent (goal ≤ ${limit})`;
}

for (const measurement of [overhead, refusals, halfOpenCrowd, outage]) {
  process.stdout.write(`${await measurement()}\n`);
}
