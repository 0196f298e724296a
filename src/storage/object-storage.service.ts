import { Injectable } from '@nestjs/common';
import { DownloadLinks } from './download-links.js';
import { ObjectEraser } from './object-eraser.js';
import { ObjectReader } from './object-reader.js';
import { ObjectWriter } from './object-writer.js';
import type {
  DownloadUrl,
  DownloadUrlOptions,
  StoredObject,
  StoreOptions,
  StoreRequest,
  TransferOptions,
} from './stored-object.js';

/**
 * Where features keep files. An object goes to GCS, and to fallback storage when GCS does not take it; from there it
 * is replicated when GCS is back. Everything is streamed, so memory does not grow with size.
 */
@Injectable()
export class ObjectStorage {
  constructor(
    private readonly writer: ObjectWriter,
    private readonly reader: ObjectReader,
    private readonly links: DownloadLinks,
    private readonly eraser: ObjectEraser,
  ) {}

  /**
   * Stores a file as a new object, also when one of the same key exists. A process that dies on the way leaves a
   * registered row, which the sweep removes together with its bytes; so can, earlier, whoever noted its id (`registered`).
   *
   * @throws StorageError when neither GCS nor fallback storage takes it (`STORAGE_QUOTA_EXCEEDED` when the disk is
   *   full); the signal's reason when it aborted
   */
  store(request: StoreRequest, options: StoreOptions = {}): Promise<StoredObject> {
    return this.writer.store(request, options);
  }

  /**
   * Writes an object's content to a file and checks it. Nothing is left at `path` when it fails.
   *
   * @throws NotFoundError `STORAGE_OBJECT_NOT_FOUND` when it is nowhere; StorageError `STORAGE_OBJECT_ELSEWHERE` when another
   *   instance has it; another ApiError when it cannot be read now
   */
  fetchToFile(objectId: string, path: string, options: TransferOptions = {}): Promise<void> {
    return this.reader.fetchToFile(objectId, path, options);
  }

  /**
   * A link under which anybody can download the object: a V4 signed URL of GCS, or one of our own while the object
   * lies in fallback storage.
   *
   * @throws GoneError `DOWNLOAD_EXPIRED` when the object was removed
   */
  downloadUrl(objectId: string, options: DownloadUrlOptions): Promise<DownloadUrl> {
    return this.links.create(objectId, options);
  }

  /**
   * Removes an object for good. It is gone for everybody when this resolves; its bytes are deleted now, or by the
   * sweep when that fails. Removing what is not there is no error.
   */
  remove(objectId: string): Promise<void> {
    return this.eraser.remove(objectId);
  }
}
