import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { Database } from '../../platform/database/index.js';
import { defineQueue, JobQueue, JobWorkers } from '../../platform/jobs/index.js';
import { CLOCK, type Clock } from '../../platform/time/index.js';
import { CircuitEvent } from './entities/circuit-event.entity.js';

const KEPT_MS = 30 * 86_400_000;

const CIRCUIT_EVENT_RETENTION_QUEUE = defineQueue<Readonly<Record<string, never>>>({
  name: 'circuit-event-retention',
  uniqueness: 'queued_or_active',
});
const EVERY_HOUR = '41 * * * *';

/** Removes the changes of circuits that are older than 30 days: those of one hour at a time, which are few. */
@Injectable()
export class CircuitEventRetention implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly workers: JobWorkers,
    private readonly queue: JobQueue,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.workers.register(CIRCUIT_EVENT_RETENTION_QUEUE, { concurrency: 1 }, async () => {
      await this.run();
    });
    await this.queue.schedule(CIRCUIT_EVENT_RETENTION_QUEUE, EVERY_HOUR);
  }

  /** @throws what the database fails with */
  async run(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - KEPT_MS);
    await this.database.manager.delete(CircuitEvent, { occurredAt: LessThan(before) });
  }
}
