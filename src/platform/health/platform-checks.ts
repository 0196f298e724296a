import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '../database/index.js';
import { JobQueue } from '../jobs/index.js';
import { type CheckResult, HealthCheckRegistry } from './health-check-registry.js';

/** Looks at what every request and every job needs: the database and the queue. */
@Injectable()
export class PlatformChecks implements OnModuleInit {
  constructor(
    private readonly registry: HealthCheckRegistry,
    private readonly database: Database,
    private readonly queue: JobQueue,
  ) {}

  onModuleInit(): void {
    this.registry.register('database', async () => await this.checkDatabase());
    this.registry.register('queue', async () => await this.checkQueue());
  }

  private async checkDatabase(): Promise<CheckResult> {
    const startedMs = performance.now();
    await this.database.manager.query('SELECT 1');
    return { status: 'up', details: { latency_ms: Math.round(performance.now() - startedMs) } };
  }

  /** Asks over the queue's own connections, which fail apart from the main pool. */
  private async checkQueue(): Promise<CheckResult> {
    const depths = await this.queue.depths();
    const work = depths.filter(({ name }) => !name.endsWith('.dead'));
    const dead = depths.filter(({ name }) => name.endsWith('.dead'));
    return {
      status: 'up',
      details: {
        queued: sum(work, 'queued'),
        active: sum(work, 'active'),
        dead: sum(dead, 'queued') + sum(dead, 'failed'),
      },
    };
  }
}

function sum<Key extends string>(rows: readonly Readonly<Record<Key, number>>[], key: Key): number {
  return rows.reduce((total, row) => total + row[key], 0);
}
