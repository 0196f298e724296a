import { writeFileSync } from 'node:fs';
import { books } from '../support/books.js';
import type { Customer } from '../support/customer.js';
import { FaultBed } from './fault-bed.js';
import type { FaultCell } from './fault-cell.js';
import { matrixDocument } from './matrix-document.js';
import { type CellReport, runCell } from './run-cell.js';

const BED_LIMIT_MS = 240_000;
const CELL_LIMIT_MS = 240_000;

/**
 * Tells all cells, one after another, on one product and one database; then the books of all of it must balance.
 *
 * @param document - path that takes the table of all cells, once all have been told; how fast other routes were answered is judged
 *   for it alone, as a number that needs a machine with nothing else to do
 */
export function describeCells(name: string, cells: readonly FaultCell[], document?: string): void {
  describe(name, () => {
    let preparing: Promise<FaultBed>;
    let bed: FaultBed;
    let bystander: Customer;
    const reports: CellReport[] = [];

    beforeAll(async () => {
      preparing = FaultBed.prepare();
      bed = await preparing;
      bystander = await bed.newBystander();
    }, BED_LIMIT_MS);

    afterAll(async () => {
      if (document !== undefined && reports.length === cells.length) writeFileSync(document, matrixDocument(reports));
      await (await preparing).end();
    }, 60_000);

    it.each(cells.map((cell) => ({ ...cell, title: `${cell.dependency}: ${cell.fault}` })))(
      '$title',
      async (cell) => {
        const report = await runCell(cell, bed, bystander, document !== undefined);
        reports.push(report);
        process.stdout.write(`${progressText(report)}\n`);
        if (report.problems.length > 0) throw new Error(failureText(report, bed.log.tail));
      },
      CELL_LIMIT_MS,
    );

    it('leaves books that balance', async () => {
      expect(await books(bed.product, bed.database.dataSource)).toEqual([]);
    }, 60_000);
  });
}

/** The whole takes minutes: whoever watches sees each cell when it is told, and what is wrong with it. */
function progressText({ dependency, fault, problems, rate, tookSeconds, healSeconds }: CellReport): string {
  const outcome = problems.length === 0 ? 'passes' : 'FAILS ';
  const times = `${Math.round(tookSeconds)} s, healed in ${healSeconds === null ? '–' : Math.round(healSeconds)} s`;
  const others = rate === null ? '' : `, other routes at ${Math.round(rate.ratio * 100)} %`;
  return [
    `${outcome}  ${dependency}: ${fault} (${times}${others})`,
    ...problems.map((problem) => `        ${problem}`),
  ].join('\n');
}

function failureText({ problems, timed, breaker, rate }: CellReport, tail: string): string {
  const measured = rate === null ? 'not measured' : `${(rate.ratio * 100).toFixed(1)} % in ${rate.windows} windows`;
  const facts = [...timed.map((line) => `seen: ${line}`), `breaker: ${breaker}`, `rest of the API: ${measured}`];
  return [...problems, '', ...facts, '', 'The product said:', tail].join('\n');
}
