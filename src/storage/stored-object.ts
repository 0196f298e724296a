import type { ObjectKind, ObjectLocation, StoredObjectRecord } from './entities/stored-object-record.entity.js';

/** A complete, verified object, as features see it. */
export interface StoredObject {
  readonly id: string;
  readonly key: string;
  readonly kind: ObjectKind;
  readonly sizeBytes: number;
  /** CRC32C in big-endian base64. */
  readonly crc32c: string;
  readonly contentType: string;
  readonly location: ObjectLocation;
  /** GCS generation; null while the object lies in fallback storage. */
  readonly generation: string | null;
  /** When it is removed for good. */
  readonly expiresAt: Date | null;
}

/** What to store. The file at `source.path` must not change until the promise settles. */
export interface StoreRequest {
  /** Path-like name: letters, digits, `.`, `_`, `-` and `/`, at most 255 characters. It need not be unique. */
  readonly key: string;
  readonly source: { readonly path: string };
  readonly contentType: string;
  readonly kind: ObjectKind;
}

export interface TransferOptions {
  readonly signal?: AbortSignal;
}

export interface StoreOptions extends TransferOptions {
  /** Called with the object's id before its bytes go anywhere; when it rejects, nothing is stored. */
  readonly registered?: (objectId: string) => Promise<void>;
}

export interface DownloadUrlOptions {
  /** What the customer's browser calls the file. */
  readonly filename: string;
  readonly expiresInSeconds: number;
}

export interface DownloadUrl {
  readonly url: string;
  readonly expiresAt: Date;
}

/** The register's row of a complete object as features see it. */
export function toStoredObject(record: StoredObjectRecord, location: ObjectLocation): StoredObject {
  return {
    id: record.id,
    key: record.key,
    kind: record.kind,
    sizeBytes: record.sizeBytes,
    crc32c: record.crc32c,
    contentType: record.contentType,
    location,
    generation: record.generation,
    expiresAt: record.expiresAt,
  };
}
