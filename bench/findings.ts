/** One measured figure against its bar. */
export interface Finding {
  readonly what: string;
  readonly figure: string;
  /** The bar in words; null where the figure is only told. */
  readonly bar: string | null;
  readonly met: boolean;
}

/** Prints findings as a table; a bar that is missed makes the process end with status 1. */
export function report(title: string, findings: readonly Finding[]): void {
  const width = (cell: (finding: Finding) => string): number =>
    Math.max(0, ...findings.map((finding) => cell(finding).length));
  const [what, figure, bar] = [({ what }: Finding) => what, ({ figure }: Finding) => figure, barOf].map((cell) => ({
    cell,
    width: width(cell),
  }));
  const lines = findings.map((finding) =>
    [what, figure, bar]
      .map((column) => column?.cell(finding).padEnd(column.width) ?? '')
      .concat(finding.bar === null ? '' : finding.met ? 'met' : 'MISSED')
      .join('  ')
      .trimEnd(),
  );
  process.stdout.write(`${title}\n${lines.map((line) => `  ${line}\n`).join('')}`);
  if (findings.some(({ met }) => !met)) process.exitCode = 1;
}

/** A share of values, 0.5 for the median. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function barOf({ bar }: Finding): string {
  return bar === null ? '' : `(bar: ${bar})`;
}
