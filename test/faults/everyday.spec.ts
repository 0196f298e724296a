import { ALL_CELLS } from './cells/index.js';
import { describeCells } from './describe-cells.js';

/** Real: everything but the vendors. The cells that stand for the different mechanisms; the others run with `npm run test:faults`. */
describeCells(
  'the fault matrix, everyday part',
  ALL_CELLS.filter(({ fast }) => fast === true),
);
