import { type ApiError, NotFoundError, StorageError } from '../platform/errors/index.js';
import type { StoredObjectRecord } from './entities/stored-object-record.entity.js';

/**
 * How long an object that is in fallback storage by the register, but not in this instance's directory, is taken to lie in
 * another one's. Where the directory is not shared, the instance that has it replicates it as soon as GCS is back.
 */
const ELSEWHERE_MS = 86_400_000;

/** What is said of an object that neither GCS nor this instance's directory has. */
export function absentObject(record: StoredObjectRecord, now: Date): ApiError {
  const waitsMs = record.localSince === null ? null : now.getTime() - record.localSince.getTime();
  const elsewhere = record.location === 'local' && waitsMs !== null && waitsMs < ELSEWHERE_MS;
  return elsewhere ? new StorageError('STORAGE_OBJECT_ELSEWHERE') : new NotFoundError('STORAGE_OBJECT_NOT_FOUND');
}
