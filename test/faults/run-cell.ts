import type { Customer } from '../support/customer.js';
import { settledBooks } from '../support/books.js';
import { eventually } from '../support/eventually.js';
import type { CallCounters } from '../support/sandbox-view.js';
import type { RateReport } from './api-rate.js';
import { attemptsOf, breakerProblems, breakerSummary, budgetProblems, stillOpen } from './breaker-check.js';
import type { FaultCell, FaultStory } from './fault-cell.js';
import type { FaultBed } from './fault-bed.js';
import { type Observation, timed } from './observation.js';
import { RestOfApi } from './rest-of-api.js';

/** The five assertions, as a report names them. */
const CALLER = '1 (caller)';
const BREAKER = '2 (breaker)';
const OTHERS = '3 (rest of the API)';
const HEALING = '4 (heals by itself)';
const BOOKS = '5 (books)';

/** Lines are read a moment after what they tell. */
const TOLD_WITHIN_MS = 2_000;

/** How long the last clearing up after a cell may take before the books are said not to balance. */
const BOOKS_LIMIT_MS = 30_000;

/** Of Cloud Storage one attempt may be two requests: an upload finds an object there and looks whether it is its own. */
const REQUESTS_PER_ATTEMPT: Readonly<Record<string, number>> = { gcs: 2 };

/** What came of a cell; `problems` is empty when all five assertions hold. */
export interface CellReport {
  readonly dependency: string;
  readonly fault: string;
  /** What each caller got. */
  readonly seen: readonly string[];
  /** The same, with the time it took. */
  readonly timed: readonly string[];
  /** What is expected of the circuit. */
  readonly circuit: string;
  /** What it did, with figures. */
  readonly breaker: string;
  readonly rate: RateReport | null;
  /** Why there is no rate. */
  readonly unmeasured: string | null;
  /** From the end of the fault until everything had healed; null when it did not. */
  readonly healSeconds: number | null;
  readonly healed: readonly string[];
  /** How long the cell took from beginning to end. */
  readonly tookSeconds: number;
  /** Each begins with the number and name of the assertion. */
  readonly problems: readonly string[];
}

/**
 * Tells the story of a cell and holds it against the five assertions of the fault matrix. Everything wrong is found, not the first.
 *
 * @param judgesRate - whether a low rate of other routes fails the cell, or is only reported
 */
export async function runCell(
  cell: FaultCell,
  bed: FaultBed,
  bystander: Customer,
  judgesRate: boolean,
): Promise<CellReport> {
  const beganMs = performance.now();
  await bed.requireSettings(cell.env ?? {});
  const story = await cell.prepare(bed);
  const verdict = new Verdict();
  const others = 'unmeasured' in story.disturbance ? null : new RestOfApi(story.disturbance, bed, bystander);
  await verdict.attempt(OTHERS, async () => await others?.measureUndisturbed(), undefined);
  bed.log.clear();
  const before = await counters(bed, story);

  const { seen, seconds } = await underFault(story, others, verdict);
  const met = difference(await counters(bed, story), before);
  const healSeconds = await heal(bed, story, verdict);
  await judgeBreaker(story, bed, { met, seconds }, verdict);
  const later = await verdict.observe(async () => (await story.afterwards?.()) ?? []);
  const rate = await verdict.attempt(OTHERS, async () => (await others?.report()) ?? null, null);
  verdict.add(OTHERS, rate?.refusals ?? []);
  if (judgesRate && rate?.shortfall != null) verdict.add(OTHERS, [rate.shortfall]);
  others?.close();
  verdict.add(BOOKS, await settledBooks(bed.product, bed.database.dataSource, BOOKS_LIMIT_MS));

  const observations = [...seen, ...later];
  return {
    dependency: cell.dependency,
    fault: cell.fault,
    seen: observations.map((each) => each.seen),
    timed: observations.map(timed),
    ...breakerReport(story, bed, met),
    rate,
    unmeasured: 'unmeasured' in story.disturbance ? story.disturbance.unmeasured : null,
    healSeconds,
    healed: story.healing.map(({ what }) => what),
    tookSeconds: (performance.now() - beganMs) / 1_000,
    problems: verdict.problems,
  };
}

/** What happens from the beginning of the fault to its end, which comes whatever was found. */
async function underFault(
  story: FaultStory,
  others: RestOfApi | null,
  verdict: Verdict,
): Promise<{ readonly seen: readonly Observation[]; readonly seconds: number }> {
  const startedMs = performance.now();
  try {
    await story.inject();
    const seen = await verdict.observe(story.exercise);
    await verdict.attempt(OTHERS, async () => await others?.measureDisturbed(), undefined);
    return { seen, seconds: (performance.now() - startedMs) / 1_000 };
  } finally {
    await story.lift();
  }
}

async function judgeBreaker(
  { breaker }: FaultStory,
  bed: FaultBed,
  { met, seconds }: { readonly met: CallCounters | null; readonly seconds: number },
  verdict: Verdict,
): Promise<void> {
  if (breaker === null) return;
  const { service } = breaker;
  if (met !== null) {
    const told = (): number => attemptsOf(bed.log.ofService(service)).length * (REQUESTS_PER_ATTEMPT[service] ?? 1);
    const what = `the log tells of an attempt for each of the ${met.failedCalls} calls that the dependency received`;
    await verdict.attempt(
      BREAKER,
      async () => await eventually(what, () => told() >= met.failedCalls, TOLD_WITHIN_MS),
      undefined,
    );
    verdict.add(BREAKER, budgetProblems(bed.log.ofService(service), seconds));
  }
  verdict.add(BREAKER, breakerProblems(bed.log.ofService(service), breaker));
}

function breakerReport(
  { breaker }: FaultStory,
  bed: FaultBed,
  met: CallCounters | null,
): Pick<CellReport, 'circuit' | 'breaker'> {
  if (breaker === null) return { circuit: '–', breaker: '–' };
  return {
    circuit: breaker.opens ? 'opens' : 'stays closed',
    breaker: breakerSummary(bed.log.ofService(breaker.service), met),
  };
}

class Verdict {
  readonly problems: string[] = [];

  add(assertion: string, problems: readonly string[]): void {
    this.problems.push(...problems.map((problem) => `${assertion}: ${problem}`));
  }

  /** Does `work`; that it threw is a finding, and the story goes on so that the next cell finds a healthy product. */
  async attempt<T>(assertion: string, work: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.add(assertion, [error instanceof Error ? error.message : String(error)]);
      return otherwise;
    }
  }

  /** What callers got; with what is wrong with it. */
  async observe(look: () => Promise<readonly Observation[]>): Promise<readonly Observation[]> {
    const seen = await this.attempt(CALLER, look, []);
    this.add(
      CALLER,
      seen.flatMap(({ problems }) => problems),
    );
    return seen;
  }
}

/** Waits for everything that must come true by itself. */
async function heal(bed: FaultBed, story: FaultStory, verdict: Verdict): Promise<number | null> {
  const startedMs = performance.now();
  const { breaker } = story;
  const circuits = {
    what: 'every circuit closes',
    holds: async () => breaker === null || stillOpen(bed.log.ofService(breaker.service)).length === 0,
  };
  const before = verdict.problems.length;
  await Promise.all(
    [...story.healing, circuits].map(async ({ what, holds }) => {
      await verdict.attempt(HEALING, async () => await eventually(what, holds, story.healWithinMs), undefined);
    }),
  );
  return verdict.problems.length > before ? null : (performance.now() - startedMs) / 1_000;
}

async function counters(bed: FaultBed, { breaker }: FaultStory): Promise<CallCounters | null> {
  if (breaker === null || breaker.service === 'rendering') return null;
  return await bed.product.sandbox.counters(breaker.service);
}

function difference(after: CallCounters | null, before: CallCounters | null): CallCounters | null {
  if (after === null || before === null) return null;
  return { calls: after.calls - before.calls, failedCalls: after.failedCalls - before.failedCalls };
}
