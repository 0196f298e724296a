import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { isRunning, ownIdentity, systemErrorCode } from '../../platform/process/index.js';
import { type SpoolChunk, SpoolFile, type SpoolRecord } from './spool-file.js';

const MEBIBYTE = 1_048_576;
/** What all spools of a state directory may take, those of dead processes included. */
const MAX_BYTES = 64 * MEBIBYTE;
/** Room that samples leave to counters. */
const RESERVED_FOR_COUNTS = 16 * MEBIBYTE;
/** Nobody can tell whether another machine's process runs; a spool in use is written each second. */
const FOREIGN_IDLE_MS = 3_600_000;

const NAME = /^(?<host>[\w-]+)\.(?<pid>\d+)\.(?<startedAt>\w+)\.(?<writer>[\w-]+)\.spool$/;

/** Stores the records, in their order. Throws where it cannot; what was stored is not stored again then. */
export type StoreRecords = (records: readonly SpoolRecord[]) => Promise<void>;

interface Backlog {
  readonly file: SpoolFile;
  offset: number;
}

/**
 * What could not be written to PostgreSQL waits here, on disk: what this process had, and what processes left behind that ended
 * before they could store it. Order is kept within a file.
 */
export class Spool {
  private readonly logger = new Logger('ErrorSpool');
  private own: Backlog | null = null;
  private inherited: Backlog[] = [];
  private inheritedBytes = 0;
  private failing = false;
  private corrupt = 0;

  /**
   * @param directory made when it is needed
   * @param writer id of this run of the process
   * @param maxBytes a parameter for tests
   */
  constructor(
    private readonly directory: string,
    private readonly writer: string,
    private readonly maxBytes = MAX_BYTES,
  ) {}

  get isEmpty(): boolean {
    return this.own === null && this.inherited.length === 0;
  }

  /** Bytes that wait. */
  get sizeBytes(): number {
    return (this.own?.file.sizeBytes ?? 0) + this.inheritedBytes;
  }

  /** Lines found damaged since the last call. */
  takeCorrupt(): number {
    const { corrupt } = this;
    this.corrupt = 0;
    return corrupt;
  }

  /** Looks for what processes left behind that no longer run. Never rejects. */
  async inherit(nowMs: number): Promise<void> {
    try {
      const known = new Set(this.inherited.map(({ file }) => file.path));
      for (const name of await namesIn(this.directory)) {
        const path = join(this.directory, name);
        if (known.has(path) || !(await isAbandoned(path, name, nowMs))) continue;
        this.inherited.push({ file: new SpoolFile(path), offset: 0 });
        this.inheritedBytes += (await stat(path)).size;
        this.logger.log({ msg: 'Errors that an earlier process could not store are stored now', file: name });
      }
    } catch (err) {
      this.logger.warn({ msg: 'Spools of earlier processes could not be looked for', err });
    }
  }

  /**
   * Puts a record on disk.
   * @returns false where there is no room or the disk fails: the record is still the caller's then.
   */
  async add(record: SpoolRecord): Promise<boolean> {
    const limit = record.kind === 'counts' ? this.maxBytes : this.maxBytes - RESERVED_FOR_COUNTS;
    if (this.sizeBytes > limit) return false;
    try {
      this.own ??= await this.create();
      await this.own.file.append(record);
      this.failing = false;
      return true;
    } catch (err) {
      if (!this.failing) this.logger.error({ msg: 'Errors cannot be spooled to disk', err });
      this.failing = true;
      return false;
    }
  }

  /**
   * Hands what waits to `store`, the inherited first, until nothing is left or the time is up.
   * @returns whether nothing is left
   * @throws what `store` throws.
   */
  async drain(store: StoreRecords, hasTime: () => boolean): Promise<boolean> {
    for (const backlog of this.inherited) {
      if (!(await this.drainFile(backlog, store, hasTime))) return false;
      this.inherited = this.inherited.filter((other) => other !== backlog);
      if (this.inherited.length === 0) this.inheritedBytes = 0;
    }
    if (this.own !== null && !(await this.drainFile(this.own, store, hasTime))) return false;
    this.own = null;
    return true;
  }

  async close(): Promise<void> {
    for (const { file } of [...this.inherited, ...(this.own === null ? [] : [this.own])]) await file.close();
  }

  private async drainFile(backlog: Backlog, store: StoreRecords, hasTime: () => boolean): Promise<boolean> {
    for (;;) {
      const { records, corrupt, nextOffset } = await this.read(backlog);
      if (nextOffset === backlog.offset) break;
      await store(records);
      this.corrupt += corrupt;
      backlog.offset = nextOffset;
      if (!hasTime()) return false;
    }
    await this.remove(backlog);
    return true;
  }

  /** A file that cannot be read must not hold up what comes after it: it is as if it ended here. */
  private async read({ file, offset }: Backlog): Promise<SpoolChunk> {
    try {
      return await file.read(offset);
    } catch (err) {
      this.logger.error({ msg: 'A spool of errors cannot be read; the rest of it is lost', err, file: file.path });
      return { records: [], corrupt: 1, nextOffset: offset };
    }
  }

  /** A file that cannot be removed is read again by a successor, who finds that all of it is stored. */
  private async remove({ file }: Backlog): Promise<void> {
    try {
      await file.remove();
    } catch (err) {
      this.logger.warn({ msg: 'A spool of errors cannot be removed', err, file: file.path });
    }
  }

  private async create(): Promise<Backlog> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const { host, pid, startedAt } = await ownIdentity();
    const name = `${host}.${pid}.${startedAt}.${this.writer}.spool`;
    return { file: new SpoolFile(join(this.directory, name)), offset: 0 };
  }
}

async function isAbandoned(path: string, name: string, nowMs: number): Promise<boolean> {
  const { host = '', pid = '', startedAt = '' } = NAME.exec(name)?.groups ?? {};
  if (host === '') return false;
  if (host === (await ownIdentity()).host) return !(await isRunning({ host, pid: Number(pid), startedAt }));
  return nowMs - (await stat(path)).mtimeMs > FOREIGN_IDLE_MS;
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
