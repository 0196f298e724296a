import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { isApiError, NotFoundError, StorageError, translateError } from '../platform/errors/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { absentObject } from './absent-object.js';
import { Bucket } from './bucket.js';
import type { StoredObjectRecord } from './entities/stored-object-record.entity.js';
import { CHUNK_BYTES, DigestStream, type FileDigest, sameDigest } from './file-digest.js';
import { LocalObjectStore } from './local-object-store.js';
import { ObjectRegister } from './object-register.js';
import type { TransferOptions } from './stored-object.js';

type Source = (signal: AbortSignal | undefined) => Promise<FileDigest>;

/** Gets objects back: from where the register says, then from the other place. */
@Injectable()
export class ObjectReader {
  private readonly logger = new Logger(ObjectReader.name);

  constructor(
    private readonly bucket: Bucket,
    private readonly local: LocalObjectStore,
    private readonly register: ObjectRegister,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async fetchToFile(objectId: string, path: string, { signal }: TransferOptions): Promise<void> {
    const record = await this.register.find(objectId);
    if (record?.status !== 'stored') throw new NotFoundError('STORAGE_OBJECT_NOT_FOUND');
    const fromGcs: Source = (abort) => this.bucket.download(record, path, abort);
    const fromDisk: Source = (abort) => this.copyFromDisk(record, path, abort);
    const [first, second] = record.location === 'local' ? [fromDisk, fromGcs] : [fromGcs, fromDisk];
    try {
      await this.eitherOf(record, first, second, signal);
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }

  private async eitherOf(
    record: StoredObjectRecord,
    first: Source,
    second: Source,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    let failure: unknown;
    try {
      await verified(record, first, signal);
      return;
    } catch (error) {
      signal?.throwIfAborted();
      failure = error;
    }
    try {
      await verified(record, second, signal);
      this.logger.warn({
        msg: 'An object was read from where the register does not say',
        object_id: record.id,
        error_code: translateError(failure).code,
        err: failure,
      });
    } catch (error) {
      signal?.throwIfAborted();
      // "Cannot be asked now" outranks "not there": only two clear noes mean that the object is not to be had here.
      if (!isAbsence(failure)) throw failure;
      throw isAbsence(error) ? absentObject(record, this.clock.now()) : error;
    }
  }

  private async copyFromDisk(
    record: StoredObjectRecord,
    path: string,
    signal: AbortSignal | undefined,
  ): Promise<FileDigest> {
    const opened = await this.local.open(record.id);
    if (opened === null) throw new NotFoundError('STORAGE_OBJECT_NOT_FOUND');
    const digest = new DigestStream();
    try {
      const source = opened.file.createReadStream({ highWaterMark: CHUNK_BYTES });
      await pipeline(source, digest, createWriteStream(path), signal === undefined ? {} : { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw new StorageError('STORAGE_ERROR', { cause: error });
    }
    return digest.value;
  }
}

async function verified(record: StoredObjectRecord, source: Source, signal: AbortSignal | undefined): Promise<void> {
  if (!sameDigest(await source(signal), record)) throw new StorageError('STORAGE_CHECKSUM_MISMATCH');
}

function isAbsence(error: unknown): boolean {
  return isApiError(error) && error.code === 'STORAGE_OBJECT_NOT_FOUND';
}
