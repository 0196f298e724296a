import { Logger } from '@nestjs/common';
import type { Pool } from 'pg';
import { isHopeless } from './count-writer.js';
import { columnsOf } from './merged-batches.js';
import type { SampleEvent } from './sample-event.js';

/** Events of one statement: some megabytes at the most. */
const PER_STATEMENT = 200;

const INSERT = `
  INSERT INTO error_events (
    id, group_id, occurred_at, level, code, message, status, service, operation, endpoint, request_id, user_id, job_id,
    queue_job_id, instance, release, chain, breadcrumb
  )
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::int[], $8::text[],
    $9::text[], $10::text[], $11::text[], $12::uuid[], $13::uuid[], $14::text[], $15::text[], $16::text[], $17::jsonb[], $18::jsonb[])
  ON CONFLICT (id) DO NOTHING`;

/** Writes sample events. An event has its id from when it happened, so one that comes twice is stored once. */
export class EventWriter {
  private readonly logger = new Logger('ErrorStore');

  constructor(private readonly pool: Pool) {}

  /**
   * @returns events that had to be dropped, because PostgreSQL refused them for good
   * @throws pg.DatabaseError or a socket error; the events are to be written again then.
   */
  async write(events: readonly SampleEvent[]): Promise<number> {
    let dropped = 0;
    for (let start = 0; start < events.length; start += PER_STATEMENT) {
      dropped += await this.insert(events.slice(start, start + PER_STATEMENT));
    }
    return dropped;
  }

  private async insert(events: readonly SampleEvent[]): Promise<number> {
    const rows = events.map((event) => ({
      ...event,
      chain: JSON.stringify(event.chain),
      breadcrumb: JSON.stringify(event.breadcrumb),
    }));
    const columns = columnsOf(rows, [
      'id',
      'groupId',
      'occurredAt',
      'level',
      'code',
      'message',
      'status',
      'service',
      'operation',
      'endpoint',
      'requestId',
      'userId',
      'jobId',
      'queueJobId',
      'instance',
      'release',
      'chain',
      'breadcrumb',
    ]);
    try {
      await this.pool.query(INSERT, [...columns]);
      return 0;
    } catch (error) {
      if (!isHopeless(error)) throw error;
      return await this.insertOneByOne(events, error);
    }
  }

  private async insertOneByOne(events: readonly SampleEvent[], err: unknown): Promise<number> {
    if (events.length === 1) {
      this.logger.error({ msg: 'PostgreSQL refused an error event; it is dropped', err, code: events[0]?.code });
      return 1;
    }
    let dropped = 0;
    for (const event of events) dropped += await this.insert([event]);
    return dropped;
  }
}
