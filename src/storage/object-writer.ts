import { Inject, Injectable, Logger } from '@nestjs/common';
import { type ApiError, StorageError, translateError } from '../platform/errors/index.js';
import { PerformanceLog } from '../platform/logging/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { Bucket } from './bucket.js';
import type { StoredObjectRecord } from './entities/stored-object-record.entity.js';
import { digestFile, type FileDigest } from './file-digest.js';
import { LocalObjectStore } from './local-object-store.js';
import { ObjectRegister, type Placement } from './object-register.js';
import {
  type StoredObject,
  type StoreOptions,
  type StoreRequest,
  toStoredObject,
  type TransferOptions,
} from './stored-object.js';

const KEY = /^[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;
const MAX_KEY_LENGTH = 255;

/** Puts files into GCS, and into fallback storage when GCS does not take them. */
@Injectable()
export class ObjectWriter {
  private readonly logger = new Logger(ObjectWriter.name);

  constructor(
    private readonly bucket: Bucket,
    private readonly local: LocalObjectStore,
    private readonly register: ObjectRegister,
    private readonly performanceLog: PerformanceLog,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async store(request: StoreRequest, { registered, ...options }: StoreOptions): Promise<StoredObject> {
    if (!KEY.test(request.key) || request.key.length > MAX_KEY_LENGTH) {
      throw new RangeError('An object key consists of letters, digits, ".", "_", "-" and "/", at most 255 of them');
    }
    const digest = await this.digest(request.source.path, options.signal);
    const record = await this.register.begin(request, digest);
    try {
      await registered?.(record.id);
      const startedMs = this.clock.monotonicMs();
      const placement = await this.place(record, request.source.path, options);
      const stored = await this.register.complete(record.id, placement);
      this.performanceLog.metric('upload_time', this.clock.monotonicMs() - startedMs, 'ms', {
        object_id: record.id,
        kind: record.kind,
        size_bytes: record.sizeBytes,
        location: placement.location,
      });
      return toStoredObject(stored, placement.location);
    } catch (error) {
      await this.abandon(record.id);
      throw error;
    }
  }

  private async digest(path: string, signal: AbortSignal | undefined): Promise<FileDigest> {
    try {
      return await digestFile(path, signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw new StorageError('STORAGE_ERROR', { cause: error });
    }
  }

  private place(record: StoredObjectRecord, path: string, options: TransferOptions): Promise<Placement> {
    return this.bucket.upload(record, path, {
      ...options,
      fallback: (error) => this.placeLocally(record, path, error, options.signal),
    });
  }

  private async placeLocally(
    record: StoredObjectRecord,
    path: string,
    reason: ApiError,
    signal: AbortSignal | undefined,
  ): Promise<Placement> {
    await this.local.put(record.id, path, record, signal);
    this.logger.warn({
      msg: 'GCS did not take an object; it waits in fallback storage',
      object_id: record.id,
      error_code: reason.code,
      err: reason,
    });
    return { location: 'local', generation: null };
  }

  /** Leaves the row to the sweep at once instead of in a day. */
  private async abandon(id: string): Promise<void> {
    try {
      await this.register.giveUp(id);
    } catch (error) {
      // The caller is about to hear of the first failure; the sweep takes the pending row a day later.
      this.logger.warn({
        msg: 'An object that could not be stored stays pending',
        object_id: id,
        err: translateError(error),
      });
    }
  }
}
