import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** One document put into (or, with null, removed from) a collection. */
export interface Change {
  readonly collection: string;
  readonly id: string;
  readonly document: unknown;
}

/** The journal is rewritten once it holds this many superseded lines more than live documents. */
const COMPACTION_SLACK = 10_000;

/**
 * Small JSON documents in memory, backed by an append-only file. A commit is one line, so several documents change
 * together or not at all, also when the process is killed in the middle: a torn last line is dropped at the next start.
 */
export class DocumentJournal {
  private readonly collections = new Map<string, Map<string, unknown>>();
  private file: number;
  private lines = 0;

  /** Opens or creates the journal at `path`. @throws Error when a line other than the last cannot be read. */
  constructor(private readonly path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.replay();
    this.file = this.rewrite();
  }

  get(collection: string, id: string): unknown {
    return this.collections.get(collection)?.get(id);
  }

  /** Every document of the collection, oldest first. */
  list(collection: string): readonly unknown[] {
    return [...(this.collections.get(collection)?.values() ?? [])];
  }

  /** Writes all changes as one, then makes them visible. @throws when the disk refuses; nothing has changed then. */
  commit(...changes: readonly Change[]): void {
    if (changes.length === 0) return;
    this.append(`${JSON.stringify(changes)}\n`);
    for (const change of changes) this.apply(change);
    this.lines += 1;
    if (this.lines > this.liveDocuments() + COMPACTION_SLACK) {
      closeSync(this.file);
      this.file = this.rewrite();
    }
  }

  close(): void {
    closeSync(this.file);
  }

  private append(line: string): void {
    const bytes = Buffer.from(line);
    const start = this.size;
    try {
      for (let offset = 0; offset < bytes.length;) offset += writeSync(this.file, bytes, offset);
    } catch (error) {
      // Half a line would be taken for damage as soon as another follows it.
      ftruncateSync(this.file, start);
      throw error;
    }
    this.size += bytes.length;
  }

  private size = 0;

  private apply({ collection, id, document }: Change): void {
    let documents = this.collections.get(collection);
    if (documents === undefined) this.collections.set(collection, (documents = new Map()));
    if (document === null) documents.delete(id);
    else documents.set(id, document);
  }

  private replay(): void {
    if (!existsSync(this.path)) return;
    const text = readFileSync(this.path, 'utf8');
    const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
    for (const line of lines) {
      if (line === '') continue;
      for (const change of JSON.parse(line) as Change[]) this.apply(change);
    }
  }

  private liveDocuments(): number {
    let count = 0;
    for (const documents of this.collections.values()) count += documents.size;
    return count;
  }

  /** Writes the live documents to a new file and moves it into place; returns it, open for appending. */
  private rewrite(): number {
    const temporary = `${this.path}.new`;
    const file = openSync(temporary, 'w', 0o600);
    this.size = 0;
    this.lines = 0;
    for (const [collection, documents] of this.collections) {
      for (const [id, document] of documents) {
        this.size += writeSync(file, `${JSON.stringify([{ collection, id, document }])}\n`);
        this.lines += 1;
      }
    }
    fsyncSync(file);
    closeSync(file);
    renameSync(temporary, this.path);
    return openSync(this.path, 'a', 0o600);
  }
}

/** One collection of a journal, whose documents are all of one kind. */
export class Documents<T> {
  constructor(
    private readonly journal: DocumentJournal,
    private readonly collection: string,
  ) {}

  get(id: string): T | undefined {
    return this.journal.get(this.collection, id) as T | undefined;
  }

  /** Oldest first. */
  list(): readonly T[] {
    return this.journal.list(this.collection) as readonly T[];
  }

  /** A change for {@link DocumentJournal.commit}; null removes the document. */
  put(id: string, document: T | null): Change {
    return { collection: this.collection, id, document };
  }
}
