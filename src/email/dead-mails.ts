import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/index.js';

/** How many mails were given up for one reason. */
export interface DeadMailCount {
  /** Code of the last error. */
  readonly code: string | null;
  readonly count: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** Tells operators of mails that will never be sent. */
@Injectable()
export class DeadMails {
  constructor(private readonly database: Database) {}

  /**
   * Mails given up in the half-open window [from, to), by reason, the most frequent first. Those that told an operator of an
   * alert are left out: a dead one would be the next alert, whose mail dies as well.
   */
  async between(from: Date, to: Date): Promise<readonly DeadMailCount[]> {
    return await this.database.read((manager) =>
      manager.query<DeadMailCount[]>(
        `SELECT last_error_code AS code, count(*)::int AS count, min(updated_at) AS "firstAt", max(updated_at) AS "lastAt"
         FROM emails
         WHERE status = 'dead' AND updated_at >= $1 AND updated_at < $2 AND template <> 'alert'
         GROUP BY last_error_code ORDER BY count DESC, code`,
        [from, to],
      ),
    );
  }
}
