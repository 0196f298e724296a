import { setTimeout as delay } from 'node:timers/promises';
import { type Finding, percentile } from '../findings.ts';
import { opened, policyWith, PolicyEvents, SETTINGS, unreachable } from './subject.ts';

const CROWD = 100;
const OUTAGE_SECONDS = 20;
const CALLS_PER_SECOND = 200;
const MAX_REFUSAL_MS = 10;
/** How long the dependency takes to fail: a connection that is refused elsewhere, not at home. */
const FAILS_AFTER_MS = 10;
/** Floor of the retry budget. */
const FREE_RETRIES_PER_SECOND = 3;

type Policy = ReturnType<typeof policyWith>;

/** A hundred callers at a circuit that may be probed, then as many when it has closed. */
export async function halfOpenCrowd(): Promise<readonly Finding[]> {
  const recoveryTimeoutMs = 100;
  const policy = await opened({ recoveryTimeoutMs });
  await delay(recoveryTimeoutMs + 10);
  let running = 0;
  let sent = 0;
  let peak = 0;
  const work = async (): Promise<void> => {
    sent += 1;
    running += 1;
    peak = Math.max(peak, running);
    await delay(50);
    running -= 1;
  };
  const probing = await crowd(policy, work);
  const probes = sent;
  const closedBy = policy.state;
  await crowd(policy, work);
  return [
    atMost('half-open, 100 callers: sent', probes, 1),
    { what: 'half-open, 100 callers: refused', figure: String(probing.length), bar: '99', met: probing.length === 99 },
    atMost('half-open, 100 callers: slowest refusal in ms', Math.max(...probing), MAX_REFUSAL_MS),
    { what: 'after the probe: state', figure: closedBy, bar: 'closed', met: closedBy === 'closed' },
    atMost('after the probe, 100 callers: most at once', peak, SETTINGS.bulkhead),
  ];
}

/** @returns how long each caller that was refused waited for that, in milliseconds */
async function crowd(policy: Policy, work: () => Promise<void>): Promise<readonly number[]> {
  const refusedMs: number[] = [];
  await Promise.all(
    Array.from({ length: CROWD }, async () => {
      const startedMs = performance.now();
      await policy.execute('call', work).catch(() => refusedMs.push(performance.now() - startedMs));
    }),
  );
  return refusedMs;
}

/** Total failure with a circuit that never opens: what the budget alone allows. */
export async function budget(): Promise<readonly Finding[]> {
  const policy = policyWith({ failureThreshold: Number.MAX_SAFE_INTEGER, bulkhead: 10_000 });
  const { offered, sent, seconds } = await outage(policy);
  const allowed = Math.floor(1.1 * offered + FREE_RETRIES_PER_SECOND * seconds);
  return [atMost(`down for ${OUTAGE_SECONDS} s, circuit kept closed, ${offered} calls: sent`, sent, allowed)];
}

/** Total failure with a circuit that opens: nothing but probes goes out, and everybody else hears so at once. */
export async function openCircuit(): Promise<readonly Finding[]> {
  const recoveryTimeoutMs = 2_000;
  const events = new PolicyEvents(console);
  const policy = policyWith({ recoveryTimeoutMs }, events);
  let probes = 0;
  events.subscribe(({ type }) => {
    if (type === 'half_open') probes += 1;
  });
  const { offered, sent, sentWhileOpen, refusedMs } = await outage(policy);
  const title = `down for ${OUTAGE_SECONDS} s, ${offered} calls`;
  return [
    atMost(`${title}: sent`, sent, Math.floor(1.1 * offered + FREE_RETRIES_PER_SECOND * OUTAGE_SECONDS)),
    {
      what: `${title}: sent after the circuit opened`,
      figure: String(sentWhileOpen),
      bar: `= ${probes} probes`,
      met: sentWhileOpen === probes,
    },
    atMost(`${title}: probes`, probes, Math.floor((OUTAGE_SECONDS * 1_000) / recoveryTimeoutMs)),
    atMost(`${title}: p99 of ${refusedMs.length} refusals in ms`, percentile(refusedMs, 0.99), MAX_REFUSAL_MS),
  ];
}

interface Outage {
  readonly offered: number;
  readonly sent: number;
  /** Of these, those that went out when the circuit had opened. */
  readonly sentWhileOpen: number;
  readonly refusedMs: readonly number[];
  readonly seconds: number;
}

/** Offers calls at a steady rate to a dependency of which every call fails. */
async function outage(policy: Policy): Promise<Outage> {
  let sent = 0;
  let sentWhileOpen = 0;
  const refusedMs: number[] = [];
  const work = async (): Promise<void> => {
    sent += 1;
    if (policy.state !== 'closed') sentWhileOpen += 1;
    await delay(FAILS_AFTER_MS);
    await unreachable();
  };
  const call = async (): Promise<void> => {
    const startedMs = performance.now();
    await policy.execute('call', work).catch((error: unknown) => {
      if ((error as { code?: unknown }).code === 'STRIPE_UNAVAILABLE') refusedMs.push(performance.now() - startedMs);
    });
  };
  const calls: Promise<void>[] = [];
  const startedMs = performance.now();
  const elapsedSeconds = (): number => (performance.now() - startedMs) / 1_000;
  while (elapsedSeconds() < OUTAGE_SECONDS) {
    while (calls.length < elapsedSeconds() * CALLS_PER_SECOND) calls.push(call());
    await delay(5);
  }
  const seen = { offered: calls.length, sent, sentWhileOpen, seconds: elapsedSeconds() };
  await Promise.all(calls);
  return { ...seen, refusedMs };
}

function atMost(what: string, value: number, bar: number): Finding {
  const figure = Number.isInteger(value) ? String(value) : value.toFixed(2);
  return { what, figure, bar: `≤ ${bar}`, met: value <= bar };
}
