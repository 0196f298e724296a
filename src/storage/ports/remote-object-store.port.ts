import type { FileDigest } from '../file-digest.js';

/** Injection token of the {@link RemoteObjectStore}. */
export const REMOTE_OBJECT_STORE = Symbol('RemoteObjectStore');

/** An object as the store has it. */
export interface RemoteObject extends FileDigest {
  readonly generation: string;
}

export interface UploadRequest {
  readonly name: string;
  readonly path: string;
  readonly contentType: string;
  /** What the file is known to contain; what arrives is checked against it. */
  readonly digest: FileDigest;
}

/** A transfer's call-backs and end. */
export interface Transfer {
  readonly signal: AbortSignal;
  /** Told whenever bytes moved. */
  readonly onBytes?: () => void;
}

export interface SignedUrlRequest {
  readonly name: string;
  readonly filename: string;
  readonly contentType: string;
  readonly expiresAt: Date;
}

/**
 * The bucket. Every method makes one attempt, stops when the signal aborts, and throws ApiErrors only; the caller
 * runs it under the policy of `gcs`.
 */
export interface RemoteObjectStore {
  /** Whether links are signed with a key of ours, without asking anybody. */
  readonly signsLocally: boolean;
  /**
   * Creates the object if none of the name exists. One that is there already with the same content, as after an
   * upload whose answer was lost, is taken for ours.
   *
   * @throws StorageError `STORAGE_CHECKSUM_MISMATCH` when what arrived is not what was sent; nothing is left behind
   */
  upload(request: UploadRequest, transfer: Transfer): Promise<RemoteObject>;
  /** The object, or null when there is none: never null because it could not be asked. */
  describe(name: string, signal: AbortSignal): Promise<RemoteObject | null>;
  /**
   * Writes the object's bytes to a file and returns their digest.
   *
   * @throws NotFoundError `STORAGE_OBJECT_NOT_FOUND`
   */
  download(name: string, path: string, transfer: Transfer): Promise<FileDigest>;
  /** Deletes exactly this generation; one that is gone already, or another one in its place, is no error. */
  remove(name: string, generation: string, signal: AbortSignal): Promise<void>;
  /** A V4 signed URL under which anybody gets the object as an attachment until `expiresAt`. */
  signedUrl(request: SignedUrlRequest, signal: AbortSignal): Promise<string>;
}
