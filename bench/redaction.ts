/**
 * How long the redactor takes for the longest text that it reads, whatever a caller wrote into it: the process answers nobody
 * meanwhile. Needs a build.
 */
import { HOSTILE_UNITS, hostileText } from '../src/platform/logging/redaction/hostile-texts.ts';
import { report } from './findings.ts';
import { median } from './product-process.ts';

const { redactText } = (await import(
  new URL('../dist/src/platform/logging/redaction/text-redactor.js', import.meta.url).href
)) as typeof import('../src/platform/logging/redaction/text-redactor.js');

const LENGTH = 1_048_576;
const ROUNDS = 7;
const SHOWN = 10;
const MAX_MS = 50;

function measure(unit: string): number {
  const text = hostileText(unit, LENGTH);
  const rounds = Array.from({ length: ROUNDS }, () => {
    const started = performance.now();
    redactText(text);
    return performance.now() - started;
  });
  return median(rounds);
}

const measured = HOSTILE_UNITS.map((unit) => ({ unit, ms: measure(unit) })).toSorted((a, b) => b.ms - a.ms);
report(
  `Redaction of a million characters, medians of ${ROUNDS}; the slowest ${SHOWN} of ${measured.length} texts`,
  measured.slice(0, SHOWN).map(({ unit, ms }) => ({
    what: JSON.stringify(unit),
    figure: `${ms.toFixed(1)} ms`,
    bar: `≤ ${MAX_MS} ms`,
    met: ms <= MAX_MS,
  })),
);
