import type { FaultCell } from '../fault-cell.js';
import { DATABASE_CELLS } from './database.js';
import { DATABASE_CONTENTION_CELLS } from './database-contention.js';
import { GCS_CELLS } from './gcs.js';
import { PROCESS_CELLS } from './process.js';
import { RENDERING_CELLS } from './rendering.js';
import { SENDGRID_CELLS } from './sendgrid.js';
import { STRIPE_CELLS } from './stripe.js';

/** The whole matrix, in the order in which it is told. */
export const ALL_CELLS: readonly FaultCell[] = [
  ...STRIPE_CELLS,
  ...GCS_CELLS,
  ...SENDGRID_CELLS,
  ...RENDERING_CELLS,
  ...DATABASE_CELLS,
  ...DATABASE_CONTENTION_CELLS,
  ...PROCESS_CELLS,
];
