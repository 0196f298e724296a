import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/index.js';

/** How many jobs failed for good for one reason. */
export interface FailedJobCount {
  readonly code: string | null;
  readonly count: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** Tells operators of renders that failed for good. */
@Injectable()
export class FailedJobs {
  constructor(private readonly database: Database) {}

  /**
   * Jobs that failed for good in the half-open window [from, to), by reason, the most frequent first. A job that the customer has
   * started again since then is not among them.
   */
  async between(from: Date, to: Date): Promise<readonly FailedJobCount[]> {
    return await this.database.read((manager) =>
      manager.query<FailedJobCount[]>(
        `SELECT error->>'code' AS code, count(*)::int AS count, min(completed_at) AS "firstAt", max(completed_at) AS "lastAt"
         FROM render_jobs
         WHERE status = 'failed' AND completed_at >= $1 AND completed_at < $2
         GROUP BY error->>'code' ORDER BY count DESC, code`,
        [from, to],
      ),
    );
  }
}
