import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { IsNull, LessThan, Not } from 'typeorm';
import { Database } from '../../platform/database/index.js';
import { defineQueue, JobQueue, JobWorkers } from '../../platform/jobs/index.js';
import { CLOCK, type Clock } from '../../platform/time/index.js';
import { AlertFiring } from './entities/alert-firing.entity.js';
import { AlertNotification } from './entities/alert-notification.entity.js';
import { CircuitOpening } from './entities/circuit-opening.entity.js';

const DAY_MS = 86_400_000;
/** As long as the daily counters of errors. */
const HISTORY_DAYS = 400;
/** The longest window of a rule is one day; the rest is for pauses between two evaluations. */
const OPENINGS_DAYS = 30;

const ALERT_RETENTION_QUEUE = defineQueue<Record<string, never>>({ name: 'alert-retention' });
const EVERY_NIGHT = '23 3 * * *';

/** Removes history that nobody needs any more. */
@Injectable()
export class AlertRetention implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly workers: JobWorkers,
    private readonly queue: JobQueue,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.workers.register(ALERT_RETENTION_QUEUE, { concurrency: 1 }, async () => await this.run());
    await this.queue.schedule(ALERT_RETENTION_QUEUE, EVERY_NIGHT);
  }

  /** What still fires stays, however old. */
  async run(): Promise<void> {
    const { manager } = this.database;
    await manager.delete(AlertNotification, { createdAt: LessThan(this.daysAgo(HISTORY_DAYS)) });
    const firedAt = LessThan(this.daysAgo(HISTORY_DAYS));
    await manager.delete(AlertFiring, { firedAt, resolvedAt: Not(IsNull()) });
    await manager.delete(CircuitOpening, { recordedAt: LessThan(this.daysAgo(OPENINGS_DAYS)) });
  }

  private daysAgo(days: number): Date {
    return new Date(this.clock.now().getTime() - days * DAY_MS);
  }
}
