import { constants, type FileHandle, open, unlink } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { systemErrorCode } from '../../platform/process/index.js';
import type { WaitingStep } from '../story/request-steps.js';
import type { CountBatch } from './count-batch.js';
import type { SampleEvent } from './sample-event.js';

/** What is read at once; a record of more than this is read alone. */
const CHUNK_BYTES = 1_048_576;
const LINE_FEED = 0x0a;

/** What waits on disk for PostgreSQL. */
export type SpoolRecord =
  | { readonly kind: 'counts'; readonly batch: CountBatch }
  | { readonly kind: 'events'; readonly events: readonly SampleEvent[] }
  | { readonly kind: 'steps'; readonly steps: readonly WaitingStep[] };

export interface SpoolChunk {
  readonly records: readonly SpoolRecord[];
  /** Lines that are no records: the end of a write that a crash or a full disk cut off. */
  readonly corrupt: number;
  /** Where the next chunk begins. */
  readonly nextOffset: number;
}

/**
 * Records in a file, one line each: a CRC-32 in hexadecimal, a blank, JSON. Appended to by one process, and read back by it or by
 * its successor; whatever a crash leaves at its end is told from a record by line feed and checksum.
 */
export class SpoolFile {
  private handle: FileHandle | null = null;
  private size: number | null = null;

  constructor(readonly path: string) {}

  /** Bytes in the file, as far as this process has written or measured it. */
  get sizeBytes(): number {
    return this.size ?? 0;
  }

  /**
   * Appends a record and waits until it is on the disk itself. A write that fails leaves the file as it was.
   * @throws NodeJS.ErrnoException what the file system says, such as `ENOSPC`.
   */
  async append(record: SpoolRecord): Promise<void> {
    const handle = await this.opened();
    const before = this.sizeBytes;
    const line = Buffer.from(encode(record));
    try {
      await handle.write(line, 0, line.length, before);
      await handle.datasync();
      this.size = before + line.length;
    } catch (error) {
      // Half a line does no harm to what is read, but takes room that a full disk does not have.
      await handle.truncate(before).catch(() => undefined);
      throw error;
    }
  }

  /** The records from `offset` on; none at the end of the file, or where there is no file. */
  async read(offset: number): Promise<SpoolChunk> {
    const handle = await this.openedToRead();
    if (handle === null) return { records: [], corrupt: 0, nextOffset: offset };
    return await readChunk(handle, offset, this.sizeBytes);
  }

  /** Removes the file: all it held is stored. */
  async remove(): Promise<void> {
    await this.close();
    this.size = 0;
    await unlink(this.path).catch((error: unknown) => {
      // A successor of ours has been quicker; what it stored twice counts once.
      if (systemErrorCode(error) !== 'ENOENT') throw error;
    });
  }

  async close(): Promise<void> {
    const { handle } = this;
    this.handle = null;
    await handle?.close();
  }

  private async opened(): Promise<FileHandle> {
    // Not for appending: after a failed write the next one overwrites what it left.
    const handle = (this.handle ??= await open(this.path, constants.O_RDWR | constants.O_CREAT, 0o600));
    this.size ??= (await handle.stat()).size;
    return handle;
  }

  private async openedToRead(): Promise<FileHandle | null> {
    try {
      this.handle ??= await open(this.path, 'r+');
      this.size ??= (await this.handle.stat()).size;
      return this.handle;
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return null;
      throw error;
    }
  }
}

function encode(record: SpoolRecord): string {
  const json = JSON.stringify(record);
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`;
}

/** Null for anything that `encode` has not made. */
function decode(line: string): SpoolRecord | null {
  const json = line.slice(9);
  if (line[8] !== ' ' || crc32(json) !== Number.parseInt(line.slice(0, 8), 16)) return null;
  // The checksum says that it is what we wrote, so its shape is known; dates have become text on the way.
  const record = JSON.parse(json) as SpoolRecord;
  if (record.kind === 'events') for (const event of record.events) revive(event);
  return record;
}

function revive(event: { occurredAt: Date }): void {
  event.occurredAt = new Date(event.occurredAt);
}

async function readChunk(handle: FileHandle, offset: number, size: number): Promise<SpoolChunk> {
  const text = await readWholeLines(handle, offset, size);
  const records: SpoolRecord[] = [];
  let corrupt = 0;
  for (const line of text.toString('utf8').split('\n')) {
    if (line === '') continue;
    const record = decode(line);
    if (record === null) corrupt += 1;
    else records.push(record);
  }
  return { records, corrupt, nextOffset: offset + text.length };
}

/** Up to the last line feed of a chunk; up to the end of the file where there is none any more. */
async function readWholeLines(handle: FileHandle, offset: number, size: number): Promise<Buffer> {
  for (let length = CHUNK_BYTES; ; length *= 2) {
    const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - offset)));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
    const read = buffer.subarray(0, bytesRead);
    const end = read.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) return read.subarray(0, end);
    if (offset + length >= size) return read;
  }
}
