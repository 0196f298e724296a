import {
  bulkhead,
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleWhen,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import CircuitBreaker from 'opossum';
import { type Finding, percentile } from '../findings.ts';
import { declined, isTrouble, policyWith, SETTINGS, unreachable } from './subject.ts';

const ROUNDS = 15;
/** The first rounds warm the compiler up. */
const WARM_UP_ROUNDS = 3;
const CALLS_PER_ROUND = 20_000;

type Work = (context: { readonly signal: AbortSignal }) => Promise<unknown>;
type Contestant = (work: Work) => Promise<unknown>;

const NAMES = ['cockatiel', 'opossum', 'opossum alone', 'policy'] as const;
type Name = (typeof NAMES)[number];
type Contestants = Readonly<Record<Name, Contestant>>;

const trouble = handleWhen(isTrouble);
const retries = retry(trouble, { maxAttempts: SETTINGS.attempts - 1, backoff: new ExponentialBackoff() });

/** The layers of the policy as cockatiel has them. */
function bareWrap(): Contestant {
  const wrapped = wrap(
    retries,
    bulkhead(SETTINGS.bulkhead, SETTINGS.queue),
    circuitBreaker(trouble, {
      halfOpenAfter: SETTINGS.recoveryTimeoutMs,
      breaker: new ConsecutiveBreaker(SETTINGS.failureThreshold),
    }),
    timeout(SETTINGS.timeoutMs, TimeoutStrategy.Cooperative),
  );
  return (work) => wrapped.execute((context) => work(context));
}

/** @param perform what the breaker guards; with an AbortController, that is the one all calls share */
function opossumBreaker(
  perform: (work: Work) => Promise<unknown>,
  abortController?: AbortController,
): CircuitBreaker<[Work]> {
  const breaker = new CircuitBreaker(perform, {
    timeout: SETTINGS.timeoutMs,
    capacity: SETTINGS.bulkhead,
    errorFilter: (error) => !isTrouble(error),
    resetTimeout: SETTINGS.recoveryTimeoutMs,
    volumeThreshold: SETTINGS.failureThreshold,
    errorThresholdPercentage: 50,
    // The policy forms no percentiles either.
    rollingPercentilesEnabled: false,
    ...(abortController === undefined ? {} : { abortController, autoRenewAbortController: true }),
  });
  // Its statistics keep a timer.
  process.once('beforeExit', () => breaker.shutdown());
  return breaker;
}

/** The breaker as it comes: no retries, no queue, and an AbortController that cancels every call when one is late. */
function opossumAlone(): Contestant {
  const abortController = new AbortController();
  const breaker = opossumBreaker((work) => work({ signal: abortController.signal }), abortController);
  return (work) => breaker.fire(work);
}

/** The same with what the policy has beside it: retries, places to wait, and a signal for each call. */
function opossumWithTheRest(): Contestant {
  const breaker = opossumBreaker((work) => work({ signal: AbortSignal.timeout(SETTINGS.timeoutMs) }));
  const around = wrap(retries, bulkhead(SETTINGS.bulkhead, SETTINGS.queue));
  return (work) => around.execute(() => breaker.fire(work));
}

function productPolicy(): Contestant {
  const policy = policyWith();
  return (work) => policy.execute('call', work);
}

const closed = (): Contestants => ({
  cockatiel: bareWrap(),
  opossum: opossumWithTheRest(),
  'opossum alone': opossumAlone(),
  policy: productPolicy(),
});

async function open(): Promise<Contestants> {
  const contestants = closed();
  for (let call = 0; call < 3 * SETTINGS.failureThreshold; call += 1) {
    for (const name of NAMES) await contestants[name](unreachable).catch(ignore);
  }
  return contestants;
}

/** Microseconds a call. */
async function cost(call: Contestant, work: Work): Promise<number> {
  const startedMs = performance.now();
  for (let done = 0; done < CALLS_PER_ROUND; done += 1) await call(work).catch(ignore);
  return ((performance.now() - startedMs) / CALLS_PER_ROUND) * 1_000;
}

const ignore = (): undefined => undefined;
const working = async (): Promise<number> => 1;

/** @param bars largest ratio of the policy's cost to the other's; without one it is only told */
async function compare(
  what: string,
  contestants: Contestants,
  work: Work,
  bars: Partial<Record<Name, number>> = {},
): Promise<readonly Finding[]> {
  const rounds: Readonly<Record<Name, number>>[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    const figures = { cockatiel: 0, opossum: 0, 'opossum alone': 0, policy: 0 };
    // Each goes first in turn, so that none always cleans up after the same other.
    for (let turn = 0; turn < NAMES.length; turn += 1) {
      const name = NAMES[(round + turn) % NAMES.length] ?? 'policy';
      figures[name] = await cost(contestants[name], work);
    }
    rounds.push(figures);
  }
  const warm = rounds.slice(WARM_UP_ROUNDS);
  const medianOf = (figure: (round: Readonly<Record<Name, number>>) => number): number =>
    percentile(warm.map(figure), 0.5);
  return NAMES.filter((name) => name !== 'policy').map((name) => {
    const ratio = medianOf((round) => round.policy / round[name]);
    const bar = bars[name];
    return {
      what: `${what}: policy ÷ ${name}`,
      figure: `${ratio.toFixed(2)}  (${medianOf((round) => round.policy).toFixed(2)} ÷ ${medianOf((round) => round[name]).toFixed(2)} µs)`,
      bar: bar === undefined ? null : `≤ ${bar.toFixed(1)}`,
      met: bar === undefined || ratio <= bar,
    };
  });
}

/**
 * The policy beside a bare cockatiel wrap of the same layers, beside opossum with the same features, and, without a bar, beside
 * opossum alone, which does less; in alternating rounds.
 */
export async function overhead(): Promise<readonly Finding[]> {
  return [
    ...(await compare('succeeds', closed(), working, { cockatiel: 1.5, opossum: 1 })),
    ...(await compare('is declined', closed(), declined)),
    ...(await compare('is refused by an open circuit', await open(), working)),
  ];
}
