import { Inject, Injectable, Logger } from '@nestjs/common';
import { type ApiError, type ErrorCode, translateError } from '../platform/errors/index.js';
import { PerformanceLog } from '../platform/logging/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { Bucket } from './bucket.js';
import type { StoredObjectRecord } from './entities/stored-object-record.entity.js';
import { digestFile, sameDigest } from './file-digest.js';
import { LocalObjectStore } from './local-object-store.js';
import { ObjectRegister } from './object-register.js';
import { transferTimeoutMs } from './transfer-limits.js';

const BATCH = 50;
const LEASE_MARGIN_SECONDS = 60;
/** An upload makes up to three attempts of this limit. */
const ATTEMPTS = 3;

/** `damaged`: the copy here is not what was stored; `failed`: GCS did not take it now. */
export type ReplicationOutcome = 'replicated' | 'elsewhere' | 'taken' | 'withdrawn' | 'damaged' | 'failed';

/**
 * Moves objects from fallback storage to GCS: upload, verification by the driver, the row, then the local copy. A
 * process that dies in between leaves a state from which the next run goes on: the upload is recognised as ours,
 * and a local copy of an object that is in GCS is removed by the sweep of the directory.
 */
@Injectable()
export class Replicator {
  private readonly logger = new Logger(Replicator.name);

  constructor(
    private readonly bucket: Bucket,
    private readonly local: LocalObjectStore,
    private readonly register: ObjectRegister,
    private readonly performanceLog: PerformanceLog,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Tries every object that lies in this instance's directory once; stops early when GCS fails. A damaged copy is passed
   * over: no other object waits for it.
   *
   * @returns how many were moved
   */
  async run(signal: AbortSignal): Promise<number> {
    let moved = 0;
    let last: StoredObjectRecord | undefined;
    do {
      const batch = await this.register.localOnes(BATCH, last);
      for (const record of batch) {
        if (signal.aborted) return moved;
        const outcome = await this.replicate(record, signal);
        if (outcome === 'failed') return moved;
        if (outcome === 'replicated') moved += 1;
      }
      last = batch.length === BATCH ? batch.at(-1) : undefined;
    } while (last !== undefined);
    return moved;
  }

  private async replicate(record: StoredObjectRecord, signal: AbortSignal): Promise<ReplicationOutcome> {
    // Without a shared volume the object lies on one instance only, and that one sees to it.
    if (!(await this.local.has(record.id))) return 'elsewhere';
    const leaseSeconds = (ATTEMPTS * transferTimeoutMs(record.sizeBytes)) / 1_000 + LEASE_MARGIN_SECONDS;
    if (!(await this.register.lease(record, leaseSeconds))) return 'taken';
    try {
      // Before GCS is asked: what is wrong here must count neither against its circuit nor hold up the other objects.
      const intact = await this.isIntact(record, signal);
      return intact ? await this.move(record, signal) : await this.noteDamage(record);
    } catch (error) {
      return await this.noteFailure(record, translateError(error));
    }
  }

  private async isIntact(record: StoredObjectRecord, signal: AbortSignal): Promise<boolean> {
    try {
      return sameDigest(await digestFile(this.local.path(record.id), signal), record);
    } catch (error) {
      signal.throwIfAborted();
      this.logger.error({ msg: 'A copy in fallback storage cannot be read', object_id: record.id, err: error });
      return false;
    }
  }

  private async move(record: StoredObjectRecord, signal: AbortSignal): Promise<ReplicationOutcome> {
    const placement = await this.bucket.upload(record, this.local.path(record.id), { signal });
    const relocated = placement.generation !== null && (await this.register.relocate(record.id, placement.generation));
    if (!relocated && (await this.wasGivenUp(record.id))) {
      await this.bucket.remove(record.objectName, placement.generation);
      return 'withdrawn';
    }
    await this.local.remove(record.id);
    const waitedMs = this.clock.now().getTime() - (record.localSince ?? record.createdAt).getTime();
    this.performanceLog.metric('replication_lag', waitedMs, 'ms', {
      object_id: record.id,
      size_bytes: record.sizeBytes,
    });
    return 'replicated';
  }

  private async wasGivenUp(id: string): Promise<boolean> {
    return (await this.register.find(id))?.status !== 'stored';
  }

  private async noteDamage(record: StoredObjectRecord): Promise<'damaged'> {
    const code: ErrorCode = 'STORAGE_CHECKSUM_MISMATCH';
    this.logger.error({ msg: 'An object in fallback storage is damaged', object_id: record.id, error_code: code });
    await this.register.recordFailure(record.id, code);
    return 'damaged';
  }

  private async noteFailure(record: StoredObjectRecord, error: ApiError): Promise<'failed'> {
    const line = { msg: 'An object could not be replicated yet', object_id: record.id, error_code: error.code };
    // An open circuit was reported when it opened; each run until it closes meets it again.
    if (error.code === 'GCS_UNAVAILABLE') this.logger.debug(line);
    else this.logger.warn({ ...line, err: error });
    await this.register.recordFailure(record.id, error.code);
    return 'failed';
  }
}
