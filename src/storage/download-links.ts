import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/index.js';
import { GoneError } from '../platform/errors/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';
import { Bucket } from './bucket.js';
import { DownloadTokens } from './download-tokens.js';
import type { StoredObjectRecord } from './entities/stored-object-record.entity.js';
import { ObjectRegister } from './object-register.js';
import type { DownloadUrl, DownloadUrlOptions } from './stored-object.js';

/** Errors of a link to GCS that cannot be made now. */
export const LINK_FAILURES = [
  'GCS_SERVICE_ERROR',
  'GCS_TIMEOUT',
  'GCS_CONNECTION_ERROR',
  'GCS_AUTH_ERROR',
  'GCS_RATE_LIMITED',
  'GCS_UNAVAILABLE',
  'STORAGE_PERMISSION_DENIED',
  'STORAGE_REQUEST_REJECTED',
  'SERVICE_UNAVAILABLE',
] as const;

/** Makes the links under which objects are downloaded. */
@Injectable()
export class DownloadLinks {
  constructor(
    private readonly bucket: Bucket,
    private readonly register: ObjectRegister,
    private readonly tokens: DownloadTokens,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async create(objectId: string, options: DownloadUrlOptions): Promise<DownloadUrl> {
    const record = await this.register.find(objectId);
    if (record?.status !== 'stored') throw gone(record);
    // Whole seconds: both kinds of link count in them.
    const expiresAt = new Date((Math.floor(this.clock.now().getTime() / 1_000) + options.expiresInSeconds) * 1_000);
    if (record.location === 'local') {
      return {
        url: `${this.config.http.publicUrl}${this.tokens.issue(record.id, options.filename, expiresAt)}`,
        expiresAt,
      };
    }
    return { url: await this.signed(record, options.filename, expiresAt), expiresAt };
  }

  /** The link to an object's copy in GCS. */
  signed(record: StoredObjectRecord, filename: string, expiresAt: Date): Promise<string> {
    return this.bucket.signedUrl({ name: record.objectName, filename, contentType: record.contentType, expiresAt });
  }
}

/** What is said of an object that was removed, or was never one of ours. */
export function gone(record: StoredObjectRecord | null): GoneError {
  const removedAt = record?.removedAt ?? null;
  return new GoneError(
    'DOWNLOAD_EXPIRED',
    removedAt === null ? {} : { details: { expired_at: removedAt.toISOString() } },
  );
}
