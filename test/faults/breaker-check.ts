import type { CallCounters } from '../support/sandbox-view.js';
import type { BreakerExpectation } from './fault-cell.js';
import type { PolicyLine } from './product-log.js';

/** Consecutive failures that open a circuit: the product's default, which the bed leaves as it is. */
const FAILURE_THRESHOLD = 5;

/** What the retry budget allows besides a tenth of the first attempts: a floor each second, and what was saved up before. */
const BUDGET_SHARE = 1.1;
const BUDGET_FLOOR_PER_SECOND = 3;
const BUDGET_SAVED = 13;

/** Lines are printed a moment after what they tell. */
const TOLERANCE_MS = 20;

/** Whether circuits opened as they must: with enough failures behind them, and with no call going out while they were open. */
export function breakerProblems(lines: readonly PolicyLine[], expected: BreakerExpectation): readonly string[] {
  const openings = lines.filter(({ policy_event: event }) => event === 'break');
  if (!expected.opens) {
    return openings.map(({ instance, code }) => `the circuit of ${instance} opened for ${code}, and should not have`);
  }
  if (openings.length === 0) return ['no circuit opened'];
  return [...Map.groupBy(lines, ({ instance }) => instance)].flatMap(([instance, own]) =>
    earlyOpenings(own)
      .concat(callsWhileOpen(own))
      .map((problem) => `${instance}: ${problem}`),
  );
}

/** The processes whose circuit opened and has not closed since. */
export function stillOpen(lines: readonly PolicyLine[]): readonly string[] {
  const open = new Set<string>();
  for (const { policy_event: event, instance } of lines) {
    if (event === 'break') open.add(instance);
    if (event === 'reset') open.delete(instance);
  }
  return [...open];
}

/** Attempts that the policies tell of: no dependency may be called but by one of them. */
export function attemptsOf(lines: readonly PolicyLine[]): readonly PolicyLine[] {
  return lines.filter(({ policy_event: event }) => event === 'attempt');
}

/** Whether attempts stay within the retry budget: ≤ 1.1 × first attempts + 3 a second, in each process. */
export function budgetProblems(lines: readonly PolicyLine[], seconds: number): readonly string[] {
  const attempts = attemptsOf(lines);
  const first = attempts.filter(({ attempt }) => attempt === 1).length;
  const processes = new Set(attempts.map(({ instance }) => instance)).size;
  const allowed = BUDGET_SHARE * first + processes * (BUDGET_FLOOR_PER_SECOND * seconds + BUDGET_SAVED);
  if (attempts.length <= allowed) return [];
  return [`${attempts.length} attempts for ${first} calls in ${seconds.toFixed(1)} s exceed the retry budget`];
}

/** In a few words, for the table. */
export function breakerSummary(lines: readonly PolicyLine[], counters: CallCounters | null): string {
  const count = (event: string): number => lines.filter(({ policy_event: each }) => each === event).length;
  const opened = new Set(lines.filter(({ policy_event: event }) => event === 'break').map(({ instance }) => instance));
  const calls = counters === null ? '' : `, ${counters.failedCalls} calls met the fault`;
  if (opened.size === 0) return `stayed closed${calls}`;
  return `opened in ${opened.size === 1 ? 'one process' : `${opened.size} processes`}, ${count('half_open')} probes${calls}`;
}

function earlyOpenings(own: readonly PolicyLine[]): string[] {
  const first = own.findIndex(({ policy_event: event }) => event === 'break');
  if (first < 0) return [];
  const failures = own.slice(0, first).filter(isFailure).length;
  return failures < FAILURE_THRESHOLD ? [`the circuit opened after ${failures} failures`] : [];
}

function isFailure({ policy_event: event, outcome }: PolicyLine): boolean {
  return event === 'attempt' && outcome !== 'success' && outcome !== 'cancelled';
}

/** A call that began while the circuit was open: neither before it opened nor as the probe of a half-open one. */
function callsWhileOpen(own: readonly PolicyLine[]): readonly string[] {
  const problems: string[] = [];
  let openedMs: number | null = null;
  for (const { policy_event: event, time, duration_ms: durationMs = 0, operation } of own) {
    const atMs = Date.parse(time);
    if (event === 'break') openedMs = atMs;
    if (event === 'half_open' || event === 'reset') openedMs = null;
    if (event === 'attempt' && openedMs !== null && atMs - durationMs > openedMs + TOLERANCE_MS) {
      problems.push(`${operation} went out while the circuit was open`);
    }
  }
  return problems;
}
