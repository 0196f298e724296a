import { Injectable, Logger } from '@nestjs/common';
import { type ApiError, translateError } from '../platform/errors/index.js';
import { Bucket } from './bucket.js';
import type { StoredObjectRecord } from './entities/stored-object-record.entity.js';
import { LocalObjectStore } from './local-object-store.js';
import { ObjectRegister } from './object-register.js';

/** Deletes the bytes of objects that were given up, wherever they may be. */
@Injectable()
export class ObjectEraser {
  private readonly logger = new Logger(ObjectEraser.name);

  constructor(
    private readonly bucket: Bucket,
    private readonly local: LocalObjectStore,
    private readonly register: ObjectRegister,
  ) {}

  /**
   * Removes an object for good. It is gone for everybody when this resolves; its bytes are deleted now, or by the
   * sweep when that fails. Removing what is not there is no error.
   */
  async remove(objectId: string): Promise<void> {
    const record = await this.register.find(objectId);
    if (record === null || !(await this.register.giveUp(objectId))) return;
    await this.erase(record, record.location === 'gcs');
  }

  /**
   * One try. What fails stays on the register and is tried again by the sweep.
   *
   * @param final false while an upload of the object may still be on its way: the bytes are deleted now, and the
   *   row stays for the sweep to look once more
   * @returns the error that stood in the way, or null
   */
  async erase(record: StoredObjectRecord, final: boolean): Promise<ApiError | null> {
    try {
      await this.local.remove(record.id);
      await this.bucket.remove(record.objectName, record.generation);
      if (final) await this.register.concludeRemoval(record.id);
      return null;
    } catch (error) {
      const failure = translateError(error);
      this.logger.warn({
        msg: 'A stored object could not be deleted yet',
        object_id: record.id,
        error_code: failure.code,
        err: failure,
      });
      await this.register.recordFailure(record.id, failure.code);
      return failure;
    }
  }
}
