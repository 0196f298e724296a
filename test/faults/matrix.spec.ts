import { ALL_CELLS } from './cells/index.js';
import { describeCells } from './describe-cells.js';

/** Real: everything but the vendors. The whole fault matrix of the design, and the source of docs/fault-matrix.md. */
describeCells('the fault matrix', ALL_CELLS, 'docs/fault-matrix.md');
