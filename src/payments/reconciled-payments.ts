import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/index.js';

export interface ReconciledPaymentCount {
  readonly count: number;
  readonly firstAt: Date | null;
  readonly lastAt: Date | null;
}

/** Tells operators of payments that were settled without their webhook: somebody should look why it did not come. */
@Injectable()
export class ReconciledPayments {
  constructor(private readonly database: Database) {}

  /** Payments that the reconciliation found paid in the half-open window [from, to). */
  async between(from: Date, to: Date): Promise<ReconciledPaymentCount> {
    const [row] = await this.database.read((manager) =>
      manager.query<ReconciledPaymentCount[]>(
        `SELECT count(*)::int AS count, min(reconciled_at) AS "firstAt", max(reconciled_at) AS "lastAt"
         FROM payments WHERE reconciled_at >= $1 AND reconciled_at < $2`,
        [from, to],
      ),
    );
    return row ?? { count: 0, firstAt: null, lastAt: null };
  }
}
