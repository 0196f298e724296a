import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, type Clock } from '../platform/time/index.js';
import type { StoredObjectRecord } from './entities/stored-object-record.entity.js';
import { type LocalFile, LocalObjectStore } from './local-object-store.js';
import { ObjectRegister } from './object-register.js';

const HOUR_MS = 3_600_000;
const BATCH = 200;
/** A file may be read while its row already says GCS; an hour later nobody does. */
const SETTLED_MS = HOUR_MS;
/** A row is always written before its file, so a file without one is an orphan; a restored database gets time to be put right. */
const UNKNOWN_MS = 7 * 24 * HOUR_MS;

/** Cleans this instance's fallback directory of what processes that were killed left there. */
@Injectable()
export class LocalDirectorySweep {
  private readonly logger = new Logger(LocalDirectorySweep.name);
  private nextRunMs = 0;

  constructor(
    private readonly local: LocalObjectStore,
    private readonly register: ObjectRegister,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Looks through the directory, once an hour at the most. */
  async run(signal: AbortSignal): Promise<void> {
    const nowMs = this.clock.now().getTime();
    if (nowMs < this.nextRunMs) return;
    this.nextRunMs = nowMs + HOUR_MS;
    let removed = await this.local.removeAbandonedParts(new Date(nowMs - SETTLED_MS));
    let batch: LocalFile[] = [];
    for await (const file of this.local.list()) {
      if (signal.aborted) return;
      if (nowMs - file.modifiedAt.getTime() < SETTLED_MS) continue;
      batch.push(file);
      if (batch.length < BATCH) continue;
      removed += await this.clean(batch, nowMs);
      batch = [];
    }
    removed += await this.clean(batch, nowMs);
    if (removed > 0) this.logger.log({ msg: 'Left-over files were removed from fallback storage', files: removed });
  }

  private async clean(files: readonly LocalFile[], nowMs: number): Promise<number> {
    const known = await this.recordsOf(files);
    let removed = 0;
    for (const file of files) {
      if (!isLeftOver(known.get(file.id), nowMs - file.modifiedAt.getTime())) continue;
      await this.local.remove(file.id);
      removed += 1;
    }
    return removed;
  }

  private async recordsOf(files: readonly LocalFile[]): Promise<ReadonlyMap<string, StoredObjectRecord>> {
    const ids = files.map(({ id }) => id).filter((id) => UUID.test(id));
    const records = ids.length === 0 ? [] : await this.register.byIds(ids);
    return new Map(records.map((record) => [record.id, record]));
  }
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function isLeftOver(record: StoredObjectRecord | undefined, ageMs: number): boolean {
  if (record === undefined) return ageMs > UNKNOWN_MS;
  return record.status === 'removed' || (record.status === 'stored' && record.location === 'gcs');
}
