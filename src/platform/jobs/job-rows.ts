import { Inject, Injectable } from '@nestjs/common';
import { PgBoss } from 'pg-boss';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/index.js';
import { PG_BOSS } from './pg-boss.provider.js';

/** Tells the workers of the queue that is selected, as pg-boss itself would. */
const NOTIFY = `pg_notify('pgboss_' || left(encode(sha224('pgboss'::bytea), 'hex'), 24), name)`;

/** What pg-boss has no call for: giving a claimed job back, ending a backoff, telling where a dead job came from, finding the job of a key. */
@Injectable()
export class JobRows {
  constructor(
    @Inject(PG_BOSS) private readonly boss: PgBoss,
    private readonly database: Database,
  ) {}

  /**
   * Makes a running job available again without spending an attempt. Limit and hand-back count rise together instead of the
   * retry count staying the same: the next claim then has a retry count of its own, by which pg-boss tells its answer from
   * a late one of ours.
   */
  async handBack(id: string): Promise<void> {
    await this.database.manager.query(
      `WITH returned AS (
         UPDATE pgboss.job
         SET state = 'retry', start_after = now(), heartbeat_on = NULL, retry_limit = retry_limit + 1,
             data = jsonb_set(data, '{handed_back}', to_jsonb(COALESCE((data->>'handed_back')::int, 0) + 1))
         WHERE id = $1 AND state = 'active'
         RETURNING name
       )
       SELECT ${NOTIFY} FROM returned`,
      [id],
    );
  }

  /** Makes the jobs due that wait to be tried again after an error of one of these codes. @returns how many */
  async hasten(queueName: string, errorCodes: readonly string[]): Promise<number> {
    const hastened = await this.database.manager.query<unknown[]>(
      `WITH hastened AS (
         UPDATE pgboss.job SET start_after = now()
         WHERE name = $1 AND state = 'retry' AND start_after > now()
           AND COALESCE(output->'value', output)->>'error_code' = ANY($2)
         RETURNING name
       )
       SELECT ${NOTIFY} FROM hastened`,
      [queueName, errorCodes],
    );
    return hastened.length;
  }

  /** Id of the job of this key that is waiting or running; null when there is none. */
  async present(queueName: string, singletonKey: string, manager: EntityManager): Promise<string | null> {
    const rows = await manager.query<{ id: string }[]>(
      `SELECT id FROM pgboss.job WHERE name = $1 AND singleton_key = $2 AND state <= 'active' ORDER BY created_on LIMIT 1`,
      [queueName, singletonKey],
    );
    return rows[0]?.id ?? null;
  }

  /** The failed job that a job of a dead letter queue was made from, and the code of its last error. */
  async originOfDead(
    queueName: string,
    id: string,
  ): Promise<{ readonly id: string; readonly errorCode: string | null }> {
    const [job] = await this.boss.findJobs(queueName, { id, limit: 1 });
    return { id: job?.sourceId ?? id, errorCode: errorCode(job?.sourceOutput) };
  }
}

function errorCode(output: unknown): string | null {
  if (typeof output !== 'object' || output === null) return null;
  if ('error_code' in output && typeof output.error_code === 'string') return output.error_code;
  return 'value' in output ? errorCode(output.value) : null;
}
