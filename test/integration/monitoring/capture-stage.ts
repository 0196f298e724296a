import { rm } from 'node:fs/promises';
import { Logger } from '@nestjs/common';
import { ErrorEvent } from '../../../src/admin-monitoring/entities/error-event.entity.js';
import { ErrorGroup } from '../../../src/admin-monitoring/entities/error-group.entity.js';
import { ManualClock } from '../../../src/platform/time/manual-clock.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { DatabaseProxy } from '../../support/database-proxy.js';
import { CapturingProcess, newStateDirectory } from './capturing-process.js';

export const NOON = new Date('2030-01-01T12:00:00.000Z');

/** A database behind a proxy that can go away, and the processes that capture errors into it at {@link NOON}. Nothing is logged. */
export class CaptureStage {
  readonly clock = new ManualClock(NOON);
  private readonly processes: CapturingProcess[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly proxy: DatabaseProxy,
    /** Where processes keep their spools. */
    readonly directory: string,
  ) {}

  static async open(): Promise<CaptureStage> {
    Logger.overrideLogger(false);
    const database = await createTestDatabase({ entities: [ErrorGroup, ErrorEvent] });
    return new CaptureStage(database, await DatabaseProxy.start(database.url), await newStateDirectory());
  }

  async close(): Promise<void> {
    for (const process of this.processes) await process.stop();
    await this.proxy.close();
    await this.database.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  start(where = this.directory, release?: string): CapturingProcess {
    const process = CapturingProcess.start(this.proxy.url, where, this.clock, release);
    this.processes.push(process);
    return process;
  }

  /** Errors counted in the counters of a unit of time. */
  async total(unit: string): Promise<number> {
    const [row] = await this.database.dataSource.query<{ sum: string }[]>(
      `SELECT coalesce(sum(count), 0) AS sum FROM error_counts_${unit}`,
    );
    return Number(row?.sum);
  }

  /** The same of each unit. */
  async totals(): Promise<readonly number[]> {
    return await Promise.all(['second', 'minute', 'hour', 'day'].map(async (unit) => await this.total(unit)));
  }

  async groups(): Promise<ErrorGroup[]> {
    return await this.database.dataSource.manager.find(ErrorGroup, { order: { code: 'ASC' } });
  }
}
