import type { Customer } from '../support/customer.js';
import { settledBooks } from '../support/books.js';
import { eventually } from '../support/eventually.js';
import type { CallCounters } from '../support/sandbox-view.js';
import { ApiRate, type RateReport } from './api-rate.js';
import { breakerProblems, breakerSummary, budgetProblems, stillOpen } from './breaker-check.js';
import type { Disturbance, FaultCell, FaultStory } from './fault-cell.js';
import type { FaultBed } from './fault-bed.js';
import type { Observation } from './observation.js';

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
  readonly breaker: string;
  readonly rate: Pick<RateReport, 'ratio' | 'pairs'> | null;
  /** From the end of the fault until everything had healed; null when it did not. */
  readonly healSeconds: number | null;
  readonly healed: readonly string[];
  /** Each begins with the number and name of the assertion. */
  readonly problems: readonly string[];
}

/** Tells the story of a cell and holds it against the five assertions of the fault matrix. Everything wrong is found, not the first. */
export async function runCell(cell: FaultCell, bed: FaultBed, bystander: Customer): Promise<CellReport> {
  await bed.requireSettings(cell.env ?? {});
  const story = await cell.prepare(bed);
  const verdict = new Verdict();
  bed.log.clear();
  const before = await counters(bed, story);
  const startedMs = performance.now();

  await story.inject();
  const seen = await verdict.attempt('1 (caller)', async () => await story.exercise(), []);
  verdict.add(
    '1 (caller)',
    seen.flatMap(({ problems }) => problems),
  );
  const rate = await verdict.attempt(
    '3 (rest of the API)',
    async () => await measure(bed, story.disturbance, bystander),
    null,
  );
  verdict.add('3 (rest of the API)', rate?.problems ?? []);
  const faultySeconds = (performance.now() - startedMs) / 1_000;
  await story.lift();

  const met = difference(await counters(bed, story), before);
  const healSeconds = await heal(bed, story, verdict);
  if (story.breaker !== null) {
    const lines = bed.log.ofService(story.breaker.service);
    const perAttempt = REQUESTS_PER_ATTEMPT[story.breaker.service] ?? 1;
    verdict.add('2 (breaker)', breakerProblems(lines, story.breaker));
    if (met !== null && lines.length > 0) {
      verdict.add('2 (breaker)', budgetProblems(lines, met.failedCalls, faultySeconds, perAttempt));
    }
  }
  const later = await verdict.attempt('1 (caller)', async () => (await story.afterwards?.()) ?? [], []);
  verdict.add(
    '1 (caller)',
    later.flatMap(({ problems }) => problems),
  );
  verdict.add('5 (books)', await settledBooks(bed.product, bed.database.dataSource, BOOKS_LIMIT_MS));

  return {
    dependency: cell.dependency,
    fault: cell.fault,
    seen: [...seen, ...later].map((observation: Observation) => observation.seen),
    breaker: story.breaker === null ? '–' : breakerSummary(bed.log.ofService(story.breaker.service), met),
    rate,
    healSeconds,
    healed: story.healing.map(({ what }) => what),
    problems: verdict.problems,
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
}

async function measure(
  bed: FaultBed,
  disturbance: Disturbance | null,
  bystander: Customer,
): Promise<RateReport | null> {
  if (disturbance === null) return null;
  const rate = new ApiRate(bed.product.origin, bystander);
  const compare = async (): Promise<RateReport> =>
    await rate.compare(disturbance.meet, disturbance.without ?? (async () => undefined));
  try {
    return disturbance.suspendWorker === true ? await bed.worker.whileSuspended(compare) : await compare();
  } finally {
    rate.close();
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
      await verdict.attempt(
        '4 (heals by itself)',
        async () => await eventually(what, holds, story.healWithinMs),
        undefined,
      );
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
