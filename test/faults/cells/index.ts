import type { FaultCell } from '../fault-cell.js';
import { DATABASE_CELLS } from './database.js';
import { DATABASE_CONTENTION_CELLS } from './database-contention.js';

/** The whole matrix, in the order in which it is told. */
export const ALL_CELLS: readonly FaultCell[] = [...DATABASE_CELLS, ...DATABASE_CONTENTION_CELLS];
