import { envelopeProblems } from '../support/envelope.js';
import { eventually } from '../support/eventually.js';
import type { RawResponse } from '../support/raw-http.js';
import type { Expectation } from './fault-cell.js';

/** What a caller got, and everything that is wrong with it. */
export interface Observation {
  /** In a few words, for the table: what was asked and what came. */
  readonly seen: string;
  /** How long that took; null where time has no part in it. */
  readonly tookMs: number | null;
  readonly problems: readonly string[];
  /** Null when nothing came. */
  readonly answer: RawResponse | null;
}

/** Time beyond the deadline that an answer is waited for, so that the report can say how late it was. */
const PATIENCE_MS = 20_000;

/**
 * Asks and judges the answer: the envelope strictly, and the time it took.
 *
 * @param what - a few words for the report
 * @param ask - sends the request; it is given up after the milliseconds that it is handed
 */
export async function observe(
  what: string,
  expected: Expectation,
  ask: (limitMs: number) => Promise<RawResponse>,
): Promise<Observation> {
  const startedMs = performance.now();
  let answer: RawResponse;
  try {
    answer = await ask(expected.withinMs + PATIENCE_MS);
  } catch (error) {
    const seen = `${what}: no answer (${String(error)})`;
    return { seen, tookMs: null, problems: [seen], answer: null };
  }
  const tookMs = performance.now() - startedMs;
  const code = answer.status >= 400 ? (codeOf(answer) ?? 'no code') : '';
  const seen = `${what}: ${[answer.status, code].join(' ').trim()}`;
  const problems = [
    ...judge(answer, expected),
    ...(tookMs > expected.withinMs ? [`later than ${expected.withinMs} ms`] : []),
  ];
  return { seen, tookMs, problems: problems.map((problem) => `${seen}: ${problem}`), answer };
}

/** Waits for what the caller must see in the end, and notes how long it took. @param look - rejects when it can never come true */
export async function witness(what: string, withinMs: number, look: () => Promise<boolean>): Promise<Observation> {
  const startedMs = performance.now();
  try {
    await eventually(what, look, withinMs);
    return { seen: what, tookMs: performance.now() - startedMs, problems: [], answer: null };
  } catch (error) {
    const seen = `never: ${what}`;
    const problems = [`${seen} (${error instanceof Error ? error.message : String(error)})`];
    return { seen, tookMs: null, problems, answer: null };
  }
}

/** A finding that is no answer to a request. @param right - whether it is as it must be */
export function finding(seen: string, right: boolean, expected: string): Observation {
  return { seen, tookMs: null, problems: right ? [] : [`${seen}, not ${expected}`], answer: null };
}

/** What was seen, with the time. */
export function timed({ seen, tookMs }: Observation): string {
  return tookMs === null ? seen : `${seen} in ${(tookMs / 1_000).toFixed(1)} s`;
}

function judge(answer: RawResponse, expected: Expectation): readonly string[] {
  switch (expected.kind) {
    case 'success':
      return answer.status === expected.status ? [] : [`not ${expected.status}: ${answer.body.slice(0, 300)}`];
    case 'refusal': {
      if (answer.status < 400) return [`not refused with ${expected.codes.join(' or ')}`];
      const code = codeOf(answer);
      const problems = envelopeProblems(answer);
      const known = expected.codes.some((each) => each === code);
      return known ? problems : [...problems, `not ${expected.codes.join(' or ')}`];
    }
  }
}

function codeOf({ body }: RawResponse): string | undefined {
  try {
    return (JSON.parse(body) as { error?: { code?: string } }).error?.code;
  } catch {
    // Not JSON: the strict check of the envelope reports it.
    return undefined;
  }
}

/** The body of an answer that was a success. @throws Error when there was none */
export function bodyOf({ answer, seen }: Observation): Readonly<Record<string, string>> {
  if (answer === null || answer.status >= 400) throw new Error(`There is nothing to go on with: ${seen}`);
  return JSON.parse(answer.body) as Readonly<Record<string, string>>;
}
