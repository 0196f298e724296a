import { Inject, Injectable, Logger } from '@nestjs/common';
import { Database } from '../platform/database/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { StoredObjectRecord } from './entities/stored-object-record.entity.js';
import { ObjectEraser } from './object-eraser.js';
import { ObjectReferences } from './object-references.js';
import { ObjectRegister } from './object-register.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BATCH = 200;
/** An upload that was under way when its object was given up has ended by then. */
const AFTERMATH_MS = HOUR_MS;
const LEASE_SECONDS = 300;
/** Failures in a row after which the run leaves the rest to the next one. */
const MAX_FAILURES = 3;

export interface SweepResult {
  readonly givenUp: number;
  readonly erased: number;
  readonly failed: number;
}

/** Removes objects whose time is over and those that killed processes left behind, with their bytes. */
@Injectable()
export class StorageSweep {
  private readonly logger = new Logger(StorageSweep.name);

  constructor(
    private readonly database: Database,
    private readonly register: ObjectRegister,
    private readonly eraser: ObjectEraser,
    private readonly references: ObjectReferences,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(signal: AbortSignal): Promise<SweepResult> {
    const abandoned = await this.giveUpAll(signal, `o.status = 'pending' AND o.createdAt < :before`, DAY_MS);
    const expired = await this.giveUpAll(signal, `o.status = 'stored' AND o.expiresAt < :before`, 0);
    const orphaned = await this.giveUpOrphans(signal);
    const erasure = await this.eraseAll(signal);
    const result = { givenUp: abandoned + expired + orphaned, ...erasure };
    if (result.givenUp + result.erased + result.failed > 0) {
      this.logger.log({ msg: 'Storage was swept', abandoned, expired, orphaned, ...erasure });
    }
    return result;
  }

  private async giveUpAll(signal: AbortSignal, condition: string, ageMs: number): Promise<number> {
    let givenUp = 0;
    for (;;) {
      const batch = await this.find(condition, { before: this.ago(ageMs) });
      for (const record of batch) {
        if (signal.aborted) return givenUp;
        if (await this.register.giveUp(record.id)) givenUp += 1;
      }
      if (batch.length < BATCH) return givenUp;
    }
  }

  /** Complete objects that no feature holds on to: whoever stored them died before noting their ids. */
  private async giveUpOrphans(signal: AbortSignal): Promise<number> {
    let givenUp = 0;
    for (;;) {
      const before = this.ago(DAY_MS);
      const batch = await this.find(`o.status = 'stored' AND NOT o.referenced AND o.createdAt < :before`, { before });
      const referenced = batch.length === 0 ? null : await this.references.referenced(batch.map(({ id }) => id));
      if (referenced === null) return givenUp;
      for (const { id } of batch) {
        if (signal.aborted) return givenUp;
        if (referenced.has(id)) await this.database.manager.update(StoredObjectRecord, { id }, { referenced: true });
        else if (await this.register.giveUp(id)) givenUp += 1;
      }
      if (batch.length < BATCH) return givenUp;
    }
  }

  private async eraseAll(signal: AbortSignal): Promise<{ readonly erased: number; readonly failed: number }> {
    let erased = 0;
    let failed = 0;
    for (;;) {
      const batch = await this.find(
        `o.status = 'removing' AND (o.leasedUntil IS NULL OR o.leasedUntil <= :now)
         AND (o.removedAt < :settled OR o.attempts > 0)`,
        { now: this.clock.now(), settled: this.ago(AFTERMATH_MS) },
      );
      for (const record of batch) {
        if (signal.aborted || failed >= MAX_FAILURES) return { erased, failed };
        if (!(await this.register.lease(record, LEASE_SECONDS))) continue;
        const final = (record.removedAt?.getTime() ?? 0) < this.ago(AFTERMATH_MS).getTime();
        if ((await this.eraser.erase(record, final)) === null) erased += 1;
        else failed += 1;
      }
      if (batch.length < BATCH) return { erased, failed };
    }
  }

  private find(condition: string, parameters: Readonly<Record<string, Date>>): Promise<StoredObjectRecord[]> {
    return this.database.read((manager) =>
      manager
        .createQueryBuilder(StoredObjectRecord, 'o')
        .where(condition, parameters)
        .orderBy('o.createdAt')
        .limit(BATCH)
        .getMany(),
    );
  }

  private ago(ms: number): Date {
    return new Date(this.clock.now().getTime() - ms);
  }
}
