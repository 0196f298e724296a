import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { rm, stat, truncate } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { once } from 'node:events';
import type { Clock } from '../../platform/time/index.js';
import { type DocumentJournal, Documents } from '../state/document-journal.js';
import { type Checksums, RunningChecksums } from './checksums.js';
import { GcsRefusal, invalidRequest } from './gcs-error.js';
import type { StoredObject } from './object-metadata.js';
import type { ObjectStore, ObjectTarget } from './object-store.js';

/** A session that collects the bytes of one object over any number of requests. */
interface UploadSession {
  readonly id: string;
  readonly target: ObjectTarget;
  readonly createdAtMs: number;
  /** What it became; a client that lost the answer asks again and learns it. */
  readonly result: StoredObject | null;
}

export type UploadProgress =
  | { readonly kind: 'incomplete'; readonly receivedBytes: number }
  | { readonly kind: 'complete'; readonly object: StoredObject };

/** Where the bytes of a request belong. */
export interface ContentRange {
  readonly start: number;
  /** Size of the whole object; null while the client does not know it. */
  readonly totalBytes: number | null;
  /** Whether the object ends where the request ends. */
  readonly last: boolean;
}

/** A session URI is good for a week (cloud.google.com/storage/docs/resumable-uploads). */
const LIFETIME_MS = 7 * 86_400_000;

/** Resumable uploads. What has arrived is on disk, so that an upload goes on after a broken connection or a restart. */
export class ResumableUploads {
  private readonly sessions: Documents<UploadSession>;
  private readonly busy = new Set<string>();

  constructor(
    private readonly store: ObjectStore,
    private readonly journal: DocumentJournal,
    private readonly clock: Clock,
  ) {
    this.sessions = new Documents(journal, 'uploads');
  }

  /** @returns the id of the new session. @throws GcsRefusal 400, 404, 412 */
  begin(target: ObjectTarget): string {
    this.store.requireStorable(target);
    const id = randomBytes(24).toString('hex');
    this.save({ id, target, createdAtMs: this.clock.now().getTime(), result: null });
    return id;
  }

  /** What has arrived so far. @throws GcsRefusal 404, 410 */
  async status(id: string): Promise<UploadProgress> {
    const { result } = this.session(id);
    return result === null
      ? { kind: 'incomplete', receivedBytes: await this.receivedBytes(id) }
      : { kind: 'complete', object: result };
  }

  /**
   * Takes in the bytes of one request. They are kept as far as they came, also when the connection breaks.
   * @param expected checksums that the whole object must have, if the client gave any.
   * @throws GcsRefusal 404, 410, 412; 400 when the bytes do not follow on what has arrived or are too many.
   */
  async receive(
    id: string,
    range: ContentRange,
    content: AsyncIterable<Buffer>,
    expected: Partial<Checksums>,
  ): Promise<UploadProgress> {
    const session = this.session(id);
    if (session.result !== null) return { kind: 'complete', object: session.result };
    if (this.busy.has(id)) throw new GcsRefusal(503, 'backendError', 'Another request is writing to this upload.');
    this.busy.add(id);
    try {
      const received = await this.receivedBytes(id);
      const { start, totalBytes } = range;
      if (start > received) throw invalidRequest(`Invalid request. The upload has ${received} bytes.`);
      const checksums = await this.append(id, start, content);
      const size = await this.receivedBytes(id);
      const complete = totalBytes === null ? range.last : size >= totalBytes;
      if (!complete) return { kind: 'incomplete', receivedBytes: size };
      if (totalBytes !== null && size > totalBytes) {
        await truncate(this.path(id), start);
        throw invalidRequest('The upload has more bytes than were announced.');
      }
      return await this.complete(session, checksums ?? (await this.checksumsOf(id)), expected);
    } finally {
      this.busy.delete(id);
    }
  }

  /** @throws GcsRefusal 404 */
  async cancel(id: string): Promise<void> {
    this.session(id);
    await this.forget(id);
  }

  /** Drops the sessions whose time is over. */
  async expire(): Promise<void> {
    const cutoff = this.clock.now().getTime() - LIFETIME_MS;
    for (const { id, createdAtMs } of this.sessions.list()) {
      if (createdAtMs < cutoff) await this.forget(id);
    }
  }

  private async complete(
    session: UploadSession,
    checksums: Checksums,
    expected: Partial<Checksums>,
  ): Promise<UploadProgress> {
    const { target } = session;
    const description = { ...target.description, ...expected };
    try {
      const result = await this.store.finish({ ...target, description }, this.path(session.id), checksums);
      this.save({ ...session, result });
      return { kind: 'complete', object: result };
    } catch (error) {
      if (error instanceof GcsRefusal) await this.forget(session.id);
      throw error;
    }
  }

  /** @returns the checksums of the object if this request brought all of it so far. */
  private async append(id: string, start: number, content: AsyncIterable<Buffer>): Promise<Checksums | null> {
    const file = createWriteStream(this.path(id), { flags: start === 0 ? 'w' : 'r+', start, mode: 0o600 });
    const checksums = new RunningChecksums();
    try {
      for await (const chunk of content) {
        checksums.update(chunk);
        if (!file.write(chunk)) await once(file, 'drain');
      }
    } finally {
      await closed(file);
    }
    return start === 0 ? checksums.digest() : null;
  }

  private async checksumsOf(id: string): Promise<Checksums> {
    const checksums = new RunningChecksums();
    for await (const chunk of createReadStream(this.path(id))) checksums.update(chunk as Buffer);
    return checksums.digest();
  }

  private async receivedBytes(id: string): Promise<number> {
    try {
      return (await stat(this.path(id))).size;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
      throw error;
    }
  }

  private session(id: string): UploadSession {
    const session = this.sessions.get(id);
    if (session === undefined) throw new GcsRefusal(404, 'notFound', 'No such upload.');
    if (this.clock.now().getTime() - session.createdAtMs >= LIFETIME_MS) {
      throw new GcsRefusal(410, 'gone', 'The upload session has expired.');
    }
    return session;
  }

  private async forget(id: string): Promise<void> {
    this.journal.commit(this.sessions.put(id, null));
    await rm(this.path(id), { force: true });
  }

  private save(session: UploadSession): void {
    this.journal.commit(this.sessions.put(session.id, session));
  }

  private path(id: string): string {
    return this.store.incomingPath(id);
  }
}

async function closed(file: WriteStream): Promise<void> {
  file.end();
  await finished(file);
}
