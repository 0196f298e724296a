import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type Db, PgBoss } from 'pg-boss';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/index.js';
import { type ErrorCode, translateError } from '../errors/index.js';
import { RequestContext } from '../http/index.js';
import { newId } from '../time/index.js';
import type { JobEnvelope } from './job-envelope.js';
import { JobRows } from './job-rows.js';
import { PG_BOSS } from './pg-boss.provider.js';
import type { QueueDefinition } from './queue-definition.js';
import { QueueRegistry } from './queue-registry.js';

/** Jobs of one key would have to come and go this often between two statements. */
const KEY_ATTEMPTS = 5;

export interface EnqueueOptions {
  /** The job exists if and only if this transaction commits. */
  readonly manager?: EntityManager;
  readonly startAfterSeconds?: number;
  /** See `uniqueness` of the queue. */
  readonly singletonKey?: string;
}

/** How many jobs of a queue are in which state, counted a few seconds ago. */
export interface QueueDepth {
  readonly name: string;
  readonly queued: number;
  readonly active: number;
  readonly failed: number;
}

/** Where features put work. The queue lives in PostgreSQL; what is enqueued survives any crash. */
@Injectable()
export class JobQueue {
  constructor(
    @Inject(PG_BOSS) private readonly boss: PgBoss,
    private readonly registry: QueueRegistry,
    private readonly context: RequestContext,
    private readonly database: Database,
    private readonly rows: JobRows,
  ) {}

  /**
   * Puts a job into the queue, with the ids of the request it comes from. Workers are woken when it is committed.
   * @returns the job's id; the id of the job that is already there when `singletonKey` allows no other.
   * @throws ApiError `DATABASE_*`
   */
  async enqueue<Payload extends object>(
    queue: QueueDefinition<Payload>,
    payload: Payload,
    options: EnqueueOptions = {},
  ): Promise<string> {
    const id = newId();
    const singletonKey = options.singletonKey === undefined ? id : storedKey(options.singletonKey);
    // Always the main pool: the queue's own few connections are for taking, settling and keeping jobs alive.
    const manager = options.manager ?? this.database.manager;
    const send = {
      id,
      singletonKey,
      db: sessionOf(manager),
      ...(options.startAfterSeconds === undefined ? {} : { startAfter: Math.ceil(options.startAfterSeconds) }),
    };
    try {
      await this.registry.ensure(queue);
      // The job that stood in the way may be gone when it is looked for; then there is room for this one.
      for (let attempt = 1; attempt <= KEY_ATTEMPTS; attempt += 1) {
        const sent = await this.boss.send(queue.name, this.envelope(payload), send);
        const present = sent ?? (await this.rows.present(queue.name, singletonKey, manager));
        if (present !== null) return present;
      }
      throw new Error(`Queue ${queue.name} neither took a job of this key nor has one`);
    } catch (error) {
      throw translateError(error);
    }
  }

  /**
   * Enqueues a job without payload whenever the cron expression (UTC, minutes at the finest) says so, on one instance. A run
   * that is still waiting when the next is due is not doubled.
   */
  async schedule(queue: QueueDefinition<object>, cron: string): Promise<void> {
    try {
      await this.registry.ensure(queue);
      const envelope: JobEnvelope = { request_id: null, trace_id: null, user_id: null, handed_back: 0, payload: {} };
      await this.boss.schedule(queue.name, cron, envelope, { tz: 'UTC', singletonKey: 'schedule' });
    } catch (error) {
      throw translateError(error);
    }
  }

  /**
   * Ends the backoff of jobs whose last attempt failed with one of these codes: what they failed for is over. How many run at
   * once stays what the workers' concurrency says.
   * @returns how many
   */
  async hasten(queue: QueueDefinition<object>, errorCodes: readonly ErrorCode[]): Promise<number> {
    try {
      return await this.rows.hasten(queue.name, errorCodes);
    } catch (error) {
      throw translateError(error);
    }
  }

  /** Takes a job out of the queue. A running one has its signal aborted within a few seconds. */
  async cancel(queue: QueueDefinition<object>, id: string, manager?: EntityManager): Promise<void> {
    try {
      await this.registry.ensure(queue);
      await this.boss.cancel(queue.name, id, { db: sessionOf(manager ?? this.database.manager) });
    } catch (error) {
      throw translateError(error);
    }
  }

  /** Depths of all queues, those of dead jobs (`<name>.dead`) included. */
  async depths(): Promise<readonly QueueDepth[]> {
    try {
      const queues = await this.boss.getQueues();
      return queues.map(({ name, queuedCount, activeCount, failedCount }) => ({
        name,
        queued: queuedCount,
        active: activeCount,
        failed: failedCount,
      }));
    } catch (error) {
      throw translateError(error);
    }
  }

  private envelope(payload: object): JobEnvelope {
    return {
      request_id: this.context.requestId ?? null,
      trace_id: this.context.traceId ?? null,
      user_id: this.context.userId ?? null,
      handed_back: 0,
      payload,
    };
  }
}

/** The key as pg-boss takes it: what has other characters than it allows (an address, say) becomes a digest. */
function storedKey(key: string): string {
  return /^[\w.\-/]{1,200}$/.test(key) ? key : createHash('sha256').update(key).digest('hex');
}

/** A manager, which may be a transaction, in the shape pg-boss runs its statements on. */
function sessionOf(manager: EntityManager): Db {
  return {
    async executeSql(text, values) {
      const rows: unknown = await manager.query(text, values);
      // TypeORM answers UPDATE and DELETE with [rows, count].
      if (Array.isArray(rows) && rows.length === 2 && Array.isArray(rows[0]) && typeof rows[1] === 'number') {
        return { rows: rows[0] };
      }
      return { rows: Array.isArray(rows) ? rows : [] };
    },
  };
}
