import { type FileHandle, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { createReadStream, createWriteStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Logger } from '@nestjs/common';
import { StorageError } from '../platform/errors/index.js';
import { newId } from '../platform/time/index.js';
import { CHUNK_BYTES, DigestStream, type FileDigest, sameDigest } from './file-digest.js';

export interface LocalFile {
  readonly id: string;
  readonly modifiedAt: Date;
}

const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const FORBIDDEN: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS']);

/**
 * Fallback storage in a directory. Files are named by object id only, so nothing a caller says reaches a path, and
 * appear under their name when they are complete and on the disk.
 */
export class LocalObjectStore {
  private readonly logger = new Logger(LocalObjectStore.name);
  private readonly objectsDir: string;
  private readonly partsDir: string;

  /** @param minFreeBytes free space that must remain after a write */
  constructor(
    dir: string,
    private readonly minFreeBytes: number,
  ) {
    this.objectsDir = join(dir, 'objects');
    this.partsDir = join(dir, 'parts');
  }

  /**
   * Copies a file in: temporary file, fsync, rename, fsync of the directory.
   *
   * @throws StorageError `STORAGE_QUOTA_EXCEEDED`, `STORAGE_PERMISSION_DENIED`, `STORAGE_CHECKSUM_MISMATCH`, `STORAGE_ERROR`
   */
  async put(id: string, sourcePath: string, expected: FileDigest, signal?: AbortSignal): Promise<void> {
    const part = join(this.partsDir, `${id}.${newId()}`);
    const target = this.path(id);
    try {
      await mkdir(this.partsDir, { recursive: true });
      await mkdir(dirname(target), { recursive: true });
      await this.requireSpace(expected.sizeBytes);
      await this.copy(sourcePath, part, expected, signal);
      await rename(part, target);
      await syncDirectory(dirname(target));
    } catch (error) {
      await this.discard(part);
      if (signal?.aborted === true) throw signal.reason;
      throw translateDiskError(error);
    }
  }

  /** The object opened for reading, or null when it does not lie here. The caller closes it. */
  async open(id: string): Promise<{ readonly file: FileHandle; readonly sizeBytes: number } | null> {
    try {
      const file = await open(this.path(id), 'r');
      try {
        return { file, sizeBytes: (await file.stat()).size };
      } catch (error) {
        await file.close();
        throw error;
      }
    } catch (error) {
      if (diskCode(error) === 'ENOENT') return null;
      throw translateDiskError(error);
    }
  }

  async has(id: string): Promise<boolean> {
    const opened = await this.open(id);
    await opened?.file.close();
    return opened !== null;
  }

  /** Where an object's bytes lie; for reading only. */
  path(id: string): string {
    return join(this.objectsDir, id.slice(-2), id);
  }

  /** Deletes an object; one that is not here is no error. */
  async remove(id: string): Promise<void> {
    try {
      await rm(this.path(id), { force: true });
    } catch (error) {
      throw translateDiskError(error);
    }
  }

  /** All complete objects here, a directory at a time. */
  async *list(): AsyncGenerator<LocalFile> {
    for (const shard of await entries(this.objectsDir)) {
      yield* filesIn(join(this.objectsDir, shard));
    }
  }

  /** Removes what killed processes left of unfinished writes. */
  async removeAbandonedParts(olderThan: Date): Promise<number> {
    let removed = 0;
    for await (const part of filesIn(this.partsDir)) {
      if (part.modifiedAt >= olderThan) continue;
      await rm(join(this.partsDir, part.id), { force: true });
      removed += 1;
    }
    return removed;
  }

  /** @throws StorageError when the directory cannot take another `sizeBytes` */
  async requireSpace(sizeBytes: number): Promise<void> {
    try {
      await mkdir(this.partsDir, { recursive: true });
      const disk = await statfs(this.partsDir);
      const freeBytes = disk.bavail * disk.bsize;
      if (freeBytes - sizeBytes >= this.minFreeBytes) return;
    } catch (error) {
      throw translateDiskError(error);
    }
    throw new StorageError('STORAGE_QUOTA_EXCEEDED');
  }

  /** What cannot be deleted now is an abandoned part, which the sweep of the directory removes. */
  private async discard(part: string): Promise<void> {
    try {
      await rm(part, { force: true });
    } catch (error) {
      this.logger.warn({ msg: 'An unfinished write stays in fallback storage', err: error });
    }
  }

  private async copy(from: string, to: string, expected: FileDigest, signal?: AbortSignal): Promise<void> {
    const digest = new DigestStream();
    const source = createReadStream(from, { highWaterMark: CHUNK_BYTES });
    // `flush` is an fsync before the file is closed.
    const sink = createWriteStream(to, { flags: 'wx', mode: 0o600, flush: true, highWaterMark: CHUNK_BYTES });
    await pipeline(source, digest, sink, signal === undefined ? {} : { signal });
    if (!sameDigest(digest.value, expected)) throw new StorageError('STORAGE_CHECKSUM_MISMATCH');
  }
}

/** Without this a crash of the machine could forget the name of a file whose content is safe. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function* filesIn(directory: string): AsyncGenerator<LocalFile> {
  for (const name of await entries(directory)) {
    const found = await stat(join(directory, name)).catch(orNullIfAbsent);
    if (found?.isFile() === true) yield { id: name, modifiedAt: found.mtime };
  }
}

async function entries(directory: string): Promise<readonly string[]> {
  return (await readdir(directory).catch(orNullIfAbsent)) ?? [];
}

function orNullIfAbsent(error: unknown): null {
  if (diskCode(error) === 'ENOENT') return null;
  throw translateDiskError(error);
}

function diskCode(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** An error of the file system as one of ours; an error of ours stays what it is. */
function translateDiskError(error: unknown): Error {
  if (error instanceof StorageError) return error;
  const code = diskCode(error) ?? '';
  if (FULL.has(code)) return new StorageError('STORAGE_QUOTA_EXCEEDED', { cause: error });
  if (FORBIDDEN.has(code)) return new StorageError('STORAGE_PERMISSION_DENIED', { cause: error });
  return new StorageError('STORAGE_ERROR', { cause: error });
}
