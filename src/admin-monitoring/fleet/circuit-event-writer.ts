import { Inject, Injectable, Logger } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { Database } from '../../platform/database/index.js';
import { redactString } from '../../platform/logging/index.js';
import { CLOCK, type Clock, newId } from '../../platform/time/index.js';
import type { CircuitChange } from './circuit-change.js';
import { CircuitEvent } from './entities/circuit-event.entity.js';

/** Changes that wait while the database is away; a circuit changes a few times a minute at the most. */
const MAX_WAITING = 1_000;

/** Stores the changes of this process's circuits. While the database is away they wait in memory, the newest ones. */
@Injectable()
export class CircuitEventWriter {
  private readonly logger = new Logger(CircuitEventWriter.name);
  private waiting: readonly CircuitEvent[] = [];

  constructor(
    private readonly database: Database,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  add(change: CircuitChange): void {
    const reason = change.reason === null ? null : redactString(change.reason);
    const event = { ...change, reason, id: newId(), occurredAt: this.clock.now(), instance: this.config.instanceId };
    if (this.waiting.length === MAX_WAITING) {
      this.logger.warn({
        msg: 'A change of a circuit found no room while the database is away',
        event: this.waiting[0],
      });
      this.waiting = this.waiting.slice(1);
    }
    this.waiting = [...this.waiting, event];
  }

  /**
   * Writes what waits. The ids are ours, so that a repetition after a lost answer writes nothing twice.
   * @throws what the database fails with; then everything goes on waiting
   */
  async flush(): Promise<void> {
    const batch = this.waiting;
    if (batch.length === 0) return;
    await this.database.manager
      .createQueryBuilder()
      .insert()
      .into(CircuitEvent)
      .values([...batch])
      .orIgnore()
      .execute();
    this.waiting = this.waiting.filter((event) => !batch.includes(event));
  }
}
