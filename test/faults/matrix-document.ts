import type { CellReport } from './run-cell.js';

/** Four of the five assertions have a column or a word in the table; what they mean is said once, above it. */
const INTRODUCTION = `# The fault matrix

Written by \`npm run test:faults\`, which tells every cell to the built product: an \`api\` and a \`worker\` process on one PostgreSQL, with
the vendors' real SDKs against loopback doubles that fail on purpose (\`test/faults\`). All cells run in sequence on one database. A
cell passes when all of this holds:

1. callers get the right answer, or success, within the deadline, and every refusal is the one envelope of [errors.md](errors.md);
2. the circuit opens when it must and only then, nothing goes out while it is open, and calls stay within the retry budget;
3. routes that need none of what fails are answered at 95 % of their undisturbed rate at least. Twelve short windows under the fault are
   held against twelve before it, with customers who do the same in both. The table gives the ratio of the medians; a machine's own noise
   moves it by a tenth or two either way, so a cell fails when a rank test finds the rate clearly below the bar, and finds it again when
   both are measured a second time;
4. when the fault ends everything heals, and nobody touches anything;
5. afterwards the books balance: every completed payment has one job or is one credit, every completed job its objects with the right
   checksums, every fact its one mail; no temporary files, no orphans.

_Heals in_ is the time from the end of the fault until everything that waited for it is done, a render included. Circuits of
vendors recover after 1.5 s here, that of rendering after 5 s (in production after 60 s), and a render counts as stalled after 8 s (30 s).
`;

/** The table of what came of all cells, as docs/fault-matrix.md. */
export function matrixDocument(reports: readonly CellReport[]): string {
  const sections = [...Map.groupBy(reports, ({ dependency }) => dependency)].map(section);
  const failed = reports.filter(({ problems }) => problems.length > 0).length;
  const verdict = failed === 0 ? `All ${reports.length} cells pass.` : `${failed} of ${reports.length} cells fail.`;
  return [INTRODUCTION, verdict, '', ...sections].join('\n');
}

function section([dependency, reports]: [string, readonly CellReport[]]): string {
  const reasons = [...new Set(reports.flatMap(({ unmeasured }) => unmeasured ?? []))];
  return [
    `## ${dependency}`,
    '',
    '| fault | outcome | heals in | callers get | circuit | other routes |',
    '| --- | --- | --- | --- | --- | --- |',
    ...reports.map((report) => row(report, reasons)),
    '',
    ...reasons.map((reason, index) => `${mark(index)} Not measured: ${reason}.\n`),
  ].join('\n');
}

function row(report: CellReport, reasons: readonly string[]): string {
  const { fault, problems, healSeconds, seen, circuit, rate, unmeasured } = report;
  const failures = [...new Set(problems.map((problem) => problem.split(':')[0]))];
  const cells = [
    fault,
    failures.length === 0 ? 'passes' : `fails: ${failures.join(', ')}`,
    healSeconds === null ? '–' : `${Math.max(1, Math.round(healSeconds))} s`,
    [...new Set(seen)].join('; '),
    circuit,
    unmeasured === null ? rateText(rate) : mark(reasons.indexOf(unmeasured)),
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function rateText(rate: CellReport['rate']): string {
  if (rate === null) return '–';
  return `${Math.round(rate.ratio * 100)} %`;
}

function mark(index: number): string {
  return `(${index + 1})`;
}
