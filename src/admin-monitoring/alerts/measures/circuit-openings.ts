import { Inject, Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';
import { Database } from '../../../platform/database/index.js';
import { PolicyEvents } from '../../../platform/resilience/index.js';
import { CLOCK, type Clock, newId } from '../../../platform/time/index.js';
import { CircuitOpening } from '../entities/circuit-opening.entity.js';

/** Openings that wait for the database at the most; each circuit opens once in its recovery time. */
const MAX_WAITING = 1_000;
const RETRY_MS = 2_000;

/**
 * Writes down each circuit that opens in this process, since another process may be the one that evaluates the rules. While the
 * database is away they wait in memory; what does not fit there is counted in the log.
 */
@Injectable()
export class CircuitOpenings implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(CircuitOpenings.name);
  private waiting: Omit<CircuitOpening, 'recordedAt'>[] = [];
  private dropped = 0;
  private writing: Promise<void> | null = null;
  private retry: NodeJS.Timeout | undefined;
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly database: Database,
    private readonly events: PolicyEvents,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.unsubscribe = this.events.subscribe((event) => {
      if (event.type === 'break') this.note(event.service, event.code);
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.unsubscribe?.();
    await this.write();
    clearTimeout(this.retry);
    if (this.waiting.length > 0) {
      this.logger.warn({ msg: 'Openings of circuits could not be stored before the end', lost: this.waiting.length });
    }
  }

  /** Writes what waits. Never rejects: what could not be written goes on waiting. */
  async write(): Promise<void> {
    this.writing ??= this.writeAll().finally(() => {
      this.writing = null;
    });
    await this.writing;
  }

  private note(service: string, code: string | null): void {
    if (this.waiting.length === MAX_WAITING) {
      this.waiting.shift();
      this.dropped += 1;
    }
    this.waiting.push({ id: newId(), service, code, instance: this.config.instanceId, occurredAt: this.clock.now() });
    void this.write();
  }

  private async writeAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = [...this.waiting];
      try {
        // An answer that was lost must not make two openings of one: the ids are ours.
        const recordedAt = this.clock.now();
        const rows = batch.map((opening) => ({ ...opening, recordedAt }));
        await this.database.manager
          .createQueryBuilder()
          .insert()
          .into(CircuitOpening)
          .values(rows)
          .orIgnore()
          .execute();
      } catch (err) {
        this.logger.warn({ msg: 'Openings of circuits wait for the database', waiting: batch.length, err });
        clearTimeout(this.retry);
        this.retry = setTimeout(() => void this.write(), RETRY_MS).unref();
        return;
      }
      const written = new Set(batch);
      this.waiting = this.waiting.filter((opening) => !written.has(opening));
      if (this.dropped > 0) this.logger.warn({ msg: 'Openings of circuits found no room', dropped: this.dropped });
      this.dropped = 0;
    }
  }
}
