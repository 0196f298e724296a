import type { FileHandle } from 'node:fs/promises';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { absentObject } from './absent-object.js';
import { DownloadLinks, gone } from './download-links.js';
import { DownloadTokens } from './download-tokens.js';
import type { StoredObjectRecord } from './entities/stored-object-record.entity.js';
import { LocalObjectStore } from './local-object-store.js';
import { ObjectRegister } from './object-register.js';

/** How long the link lives that replaces ours once the object has moved to GCS. */
const MOVED_LINK_SECONDS = 3_600;

export type Download =
  | { readonly kind: 'file'; readonly record: StoredObjectRecord; readonly file: FileHandle }
  | { readonly kind: 'moved'; readonly url: string };

/** Finds what a download link stands for. */
@Injectable()
export class DownloadService {
  constructor(
    private readonly tokens: DownloadTokens,
    private readonly register: ObjectRegister,
    private readonly local: LocalObjectStore,
    private readonly links: DownloadLinks,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The open file, which the caller closes, or the place it has moved to.
   *
   * @throws NotFoundError for a link that is not ours, GoneError for one that expired or whose object was removed,
   *   StorageError `STORAGE_OBJECT_ELSEWHERE` while another instance has the object
   */
  async open(token: string, filename: string): Promise<Download> {
    const record = await this.register.find(this.tokens.read(token, filename));
    if (record?.status !== 'stored') throw gone(record);
    const opened = await this.local.open(record.id);
    if (opened !== null) return { kind: 'file', record, file: opened.file };
    // It may have been replicated between the two looks.
    const now = await this.register.find(record.id);
    if (now?.status !== 'stored') throw gone(now);
    if (now.location !== 'gcs') throw absentObject(now, this.clock.now());
    const expiresAt = new Date(this.clock.now().getTime() + MOVED_LINK_SECONDS * 1_000);
    return { kind: 'moved', url: await this.links.signed(now, filename, expiresAt) };
  }
}
