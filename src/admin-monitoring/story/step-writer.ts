import { Logger } from '@nestjs/common';
import type { Pool } from 'pg';
import { isHopeless } from '../capture/count-writer.js';
import { columnsOf } from '../capture/merged-batches.js';
import type { WaitingStep } from './request-steps.js';

const INSERT = `
  INSERT INTO request_steps (id, request_id, at, kind, queue_job_id, instance, facts)
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::jsonb[])
  ON CONFLICT (id) DO NOTHING`;

/** Writes steps of requests. One that comes twice is stored once. */
export class StepWriter {
  private readonly logger = new Logger('ErrorStore');

  constructor(private readonly pool: Pool) {}

  /**
   * @returns steps that had to be dropped, because PostgreSQL refused them for good
   * @throws pg.DatabaseError or a socket error; the steps are to be written again then.
   */
  async write(steps: readonly WaitingStep[]): Promise<number> {
    if (steps.length === 0) return 0;
    const rows = steps.map(({ atMs, facts, ...step }) => ({
      ...step,
      at: new Date(atMs),
      facts: JSON.stringify(facts),
    }));
    const columns = columnsOf(rows, ['id', 'requestId', 'at', 'kind', 'queueJobId', 'instance', 'facts']);
    try {
      await this.pool.query(INSERT, columns);
      return 0;
    } catch (err) {
      if (!isHopeless(err)) throw err;
      this.logger.error({ msg: 'PostgreSQL refused steps of requests; they are dropped', err, steps: steps.length });
      return steps.length;
    }
  }
}
