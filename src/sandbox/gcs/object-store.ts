import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import type { Clock } from '../../platform/time/index.js';
import { type DocumentJournal, Documents } from '../state/document-journal.js';
import { type Checksums, RunningChecksums } from './checksums.js';
import { GcsRefusal, invalidRequest, noSuchObject } from './gcs-error.js';
import type { ObjectDescription, StoredObject } from './object-metadata.js';
import { type Preconditions, requirePreconditions } from './preconditions.js';

/** What an upload is to become. */
export interface ObjectTarget {
  readonly bucket: string;
  readonly name: string;
  readonly description: ObjectDescription;
  readonly preconditions: Preconditions;
}

/** The part of a listing that is asked for. */
export interface ListQuery {
  readonly prefix: string;
  readonly delimiter: string;
  readonly startOffset: string;
  readonly endOffset: string;
  readonly pageToken: string;
  readonly maxResults: number;
}

export interface Listing {
  readonly objects: readonly StoredObject[];
  readonly prefixes: readonly string[];
  readonly nextPageToken: string | null;
}

/** Limit of Cloud Storage on names, in bytes of UTF-8. */
const MAX_NAME_BYTES = 1_024;

/** Objects of one bucket: descriptions in the journal, bytes in files, which no reader ever sees half written. */
export class ObjectStore {
  private readonly directory: string;
  private readonly incoming: string;
  private readonly objects: Documents<StoredObject>;
  private lastGeneration = 0n;

  constructor(
    stateDir: string,
    readonly bucket: string,
    private readonly journal: DocumentJournal,
    private readonly clock: Clock,
  ) {
    this.objects = new Documents(journal, 'objects');
    this.directory = join(stateDir, 'gcs', 'objects');
    this.incoming = join(stateDir, 'gcs', 'uploads');
    mkdirSync(this.directory, { recursive: true });
    mkdirSync(this.incoming, { recursive: true });
    this.sweep();
  }

  /** @throws GcsRefusal 404 for a bucket, an object or a generation that is not there. */
  get(bucket: string, name: string, generation: string | null = null): StoredObject {
    this.requireBucket(bucket);
    const object = this.find(name);
    if (object === undefined || (generation !== null && generation !== object.generation)) {
      throw noSuchObject(bucket, name);
    }
    return object;
  }

  /** @throws GcsRefusal 404 */
  requireBucket(bucket: string): void {
    if (bucket !== this.bucket) throw new GcsRefusal(404, 'notFound', 'The specified bucket does not exist.');
  }

  /** Refuses, before any byte is read, what could not be stored. @throws GcsRefusal 400, 404, 412 */
  requireStorable({ bucket, name, preconditions }: ObjectTarget): void {
    this.requireBucket(bucket);
    if (
      name === '' ||
      name === '.' ||
      name === '..' ||
      Buffer.byteLength(name) > MAX_NAME_BYTES ||
      /[\r\n]/.test(name)
    ) {
      throw invalidRequest(`Invalid object name: ${JSON.stringify(name.slice(0, 80))}`);
    }
    requirePreconditions(preconditions, this.find(name));
  }

  /** Where the bytes of an upload are collected. */
  incomingPath(uploadId: string): string {
    return join(this.incoming, uploadId);
  }

  /** Streams a whole upload to disk and makes it the object. @throws GcsRefusal 400, 412 */
  async store(target: ObjectTarget, content: AsyncIterable<Buffer>): Promise<StoredObject> {
    this.requireStorable(target);
    const path = this.incomingPath(`${randomBytes(12).toString('hex')}.whole`);
    try {
      const checksums = new RunningChecksums();
      await pipeline(content, tap(checksums), createWriteStream(path, { mode: 0o600 }));
      return await this.finish(target, path, checksums.digest());
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }

  /** Makes the collected bytes at `path` the object; the file is moved. @throws GcsRefusal 400, 412 */
  async finish(target: ObjectTarget, path: string, checksums: Checksums): Promise<StoredObject> {
    requireChecksums(target.description, checksums);
    const { size } = await stat(path);
    const file = randomBytes(16).toString('hex');
    await rename(path, join(this.directory, file));
    const object: StoredObject = {
      bucket: target.bucket,
      name: target.name,
      generation: this.nextGeneration(),
      metageneration: '1',
      sizeBytes: size,
      ...checksums,
      created: this.clock.now().toISOString(),
      description: target.description,
      file,
    };
    const earlier = this.find(target.name);
    try {
      // Checked again: somebody else may have stored this name since the upload began.
      requirePreconditions(target.preconditions, earlier);
      this.journal.commit(this.objects.put(target.name, object));
    } catch (error) {
      await rm(join(this.directory, file), { force: true });
      throw error;
    }
    if (earlier !== undefined) await rm(join(this.directory, earlier.file), { force: true });
    return object;
  }

  /** @throws GcsRefusal 404, 412 */
  async delete(bucket: string, name: string, generation: string | null, preconditions: Preconditions): Promise<void> {
    const object = this.get(bucket, name, generation);
    requirePreconditions(preconditions, object);
    this.journal.commit(this.objects.put(name, null));
    await rm(join(this.directory, object.file), { force: true });
  }

  /** The bytes from `start` up to and including `end`. */
  read(object: StoredObject, start: number, end: number): Readable {
    return createReadStream(join(this.directory, object.file), { start, end });
  }

  /** Objects in the order of their names; those that share a prefix up to the delimiter are given as that prefix. */
  list(query: ListQuery): Listing {
    const names = this.objects
      .list()
      .filter(
        ({ name }) =>
          name.startsWith(query.prefix) &&
          name >= query.startOffset &&
          (query.endOffset === '' || name < query.endOffset) &&
          name > query.pageToken,
      )
      .toSorted((left, right) => (left.name < right.name ? -1 : 1));
    const objects: StoredObject[] = [];
    const prefixes = new Set<string>();
    let last = '';
    for (const object of names) {
      const folder = folderOf(object.name, query);
      if (folder !== null && (prefixes.has(folder) || query.pageToken.startsWith(folder))) {
        last = object.name;
        continue;
      }
      if (objects.length + prefixes.size >= query.maxResults) {
        return { objects, prefixes: [...prefixes], nextPageToken: Buffer.from(last).toString('base64url') };
      }
      if (folder === null) objects.push(object);
      else prefixes.add(folder);
      last = object.name;
    }
    return { objects, prefixes: [...prefixes], nextPageToken: null };
  }

  private find(name: string): StoredObject | undefined {
    return this.objects.get(name);
  }

  /** Generations grow for ever; Cloud Storage makes them of microseconds. */
  private nextGeneration(): string {
    const now = BigInt(this.clock.now().getTime()) * 1_000n;
    this.lastGeneration = now > this.lastGeneration ? now : this.lastGeneration + 1n;
    return String(this.lastGeneration);
  }

  /** Removes what a kill left behind: bytes that no object refers to, and uploads that cannot be resumed. */
  private sweep(): void {
    const objects = this.objects.list();
    const known = new Set(objects.map(({ file }) => file));
    for (const file of readdirSync(this.directory)) {
      if (!known.has(file)) rmSync(join(this.directory, file), { force: true });
    }
    for (const file of readdirSync(this.incoming)) {
      if (file.endsWith('.whole')) rmSync(join(this.incoming, file), { force: true });
    }
    for (const { generation } of objects) {
      if (BigInt(generation) > this.lastGeneration) this.lastGeneration = BigInt(generation);
    }
  }
}

function folderOf(name: string, { prefix, delimiter }: ListQuery): string | null {
  if (delimiter === '') return null;
  const end = name.indexOf(delimiter, prefix.length);
  return end === -1 ? null : name.slice(0, end + delimiter.length);
}

function requireChecksums(expected: ObjectDescription, actual: Checksums): void {
  if (expected.crc32c !== undefined && expected.crc32c !== actual.crc32c) {
    throw invalidRequest(`Provided CRC32C "${expected.crc32c}" doesn't match calculated CRC32C "${actual.crc32c}".`);
  }
  if (expected.md5Hash !== undefined && expected.md5Hash !== actual.md5Hash) {
    throw invalidRequest(
      `Provided MD5 hash "${expected.md5Hash}" doesn't match calculated MD5 hash "${actual.md5Hash}".`,
    );
  }
}

function tap(checksums: RunningChecksums) {
  return async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      checksums.update(chunk);
      yield chunk;
    }
  };
}
