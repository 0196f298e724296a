import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { books } from '../support/books.js';
import type { Customer } from '../support/customer.js';
import { FaultBed } from './fault-bed.js';
import type { FaultCell } from './fault-cell.js';
import { type CellReport, runCell } from './run-cell.js';

const CELL_LIMIT_MS = 240_000;

/**
 * Tells all cells, one after another, on one product and one database; then the books of all of it must balance.
 *
 * @param recordTo - file that takes the reports, for the table in the documentation
 */
export function describeCells(name: string, cells: readonly FaultCell[], recordTo?: string): void {
  describe(name, () => {
    let bed: FaultBed;
    let bystander: Customer;
    const reports: CellReport[] = [];

    beforeAll(async () => {
      bed = await FaultBed.prepare();
      bystander = await bed.newBystander();
    }, 120_000);

    afterAll(async () => {
      await bed.end();
    }, 60_000);

    it.each(cells.map((cell) => ({ ...cell, title: `${cell.dependency}: ${cell.fault}` })))(
      '$title',
      async (cell) => {
        const report = await runCell(cell, bed, bystander);
        reports.push(report);
        if (recordTo !== undefined) record(reports, recordTo);
        if (report.problems.length > 0) throw new Error(failureText(report, bed.log.tail));
      },
      CELL_LIMIT_MS,
    );

    it('leaves books that balance', async () => {
      expect(await books(bed.product, bed.database.dataSource)).toEqual([]);
    }, 60_000);
  });
}

/** After each cell, so that a run that is broken off has something to show. */
function record(reports: readonly CellReport[], path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(reports, null, 2));
}

function failureText({ problems, seen, breaker, rate }: CellReport, tail: string): string {
  const measured = rate === null ? 'not measured' : `${(rate.ratio * 100).toFixed(1)} % in ${rate.pairs} pairs`;
  const facts = [...seen.map((line) => `seen: ${line}`), `breaker: ${breaker}`, `rest of the API: ${measured}`];
  return [...problems, '', ...facts, '', 'The product said:', tail].join('\n');
}
