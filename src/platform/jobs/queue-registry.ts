import { Inject, Injectable } from '@nestjs/common';
import { PgBoss, type Queue, type QueueResult } from 'pg-boss';
import { PG_BOSS } from './pg-boss.provider.js';
import type { QueueDefinition, Uniqueness } from './queue-definition.js';

const POLICIES: Readonly<Record<Uniqueness, string>> = {
  queued: 'short',
  queued_or_active: 'exclusive',
  running: 'singleton',
};

/** Thirty days: time to look at what failed for good. */
const DEAD_JOB_KEEP_SECONDS = 30 * 86_400;

/** pg-boss deletes what waits longer than this; ninety days is beyond any outage. */
const QUEUED_JOB_KEEP_SECONDS = 90 * 86_400;

type QueueOptions = Omit<Queue, 'name' | 'policy'>;

/** Makes queues known to the database, once per process and queue, and brings their settings up to date. */
@Injectable()
export class QueueRegistry {
  private readonly ready = new Map<string, Promise<void>>();

  constructor(@Inject(PG_BOSS) private readonly boss: PgBoss) {}

  /** Resolves when jobs can be sent to the queue and to where its dead jobs go. */
  async ensure(queue: QueueDefinition<object>): Promise<void> {
    const known = this.ready.get(queue.name);
    if (known !== undefined) return await known;
    const creation = this.create(queue);
    this.ready.set(queue.name, creation);
    try {
      await creation;
    } catch (error) {
      // The next caller tries again: a database that was away must not disable the queue for the life of the process.
      this.ready.delete(queue.name);
      throw error;
    }
  }

  private async create(queue: QueueDefinition<object>): Promise<void> {
    await this.createOrUpdate(queue.deadLetterName, 'standard', {
      // Telling of a dead job must not itself be given up while the database or a feature is down for long.
      retryLimit: 50,
      retryDelay: 1,
      retryBackoff: true,
      retryDelayMax: 600,
      heartbeatSeconds: queue.heartbeatSeconds,
      expireInSeconds: queue.expireSeconds,
      retentionSeconds: DEAD_JOB_KEEP_SECONDS,
      deleteAfterSeconds: DEAD_JOB_KEEP_SECONDS,
      notify: true,
    });
    await this.createOrUpdate(queue.name, POLICIES[queue.uniqueness], {
      retryLimit: queue.retryLimit,
      retryDelay: queue.retryDelaySeconds,
      retryBackoff: queue.retryBackoff,
      ...(queue.retryBackoff && queue.retryDelayMaxSeconds !== null
        ? { retryDelayMax: queue.retryDelayMaxSeconds }
        : {}),
      heartbeatSeconds: queue.heartbeatSeconds,
      expireInSeconds: queue.expireSeconds,
      deleteAfterSeconds: queue.keepSeconds,
      retentionSeconds: QUEUED_JOB_KEEP_SECONDS,
      deadLetter: queue.deadLetterName,
      notify: true,
    });
  }

  private async createOrUpdate(name: string, policy: string, options: QueueOptions): Promise<void> {
    const existing = await this.boss.getQueue(name);
    if (existing === null) await this.boss.createQueue(name, { ...options, policy });
    else if (differs(existing, options)) await this.boss.updateQueue(name, options);
  }
}

function differs(existing: QueueResult, options: QueueOptions): boolean {
  const stored = new Map<string, unknown>(Object.entries(existing));
  return Object.entries(options).some(([key, value]) => stored.get(key) !== value);
}
