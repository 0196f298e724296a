import { createHmac, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { parse, stringify } from 'uuid';
import { APP_CONFIG, type AppConfig } from '../config/index.js';
import { GoneError, NotFoundError } from '../platform/errors/index.js';
import { CLOCK, type Clock } from '../platform/time/index.js';

const ID_BYTES = 16;
const EXPIRY_BYTES = 4;
/** Half of SHA-256, the least that RFC 2104 §5 allows, so that the token stays short enough for a path. */
const MAC_BYTES = 16;
const TOKEN = /^[A-Za-z0-9_-]{48}$/;

/** Signed, expiring links to one object under one file name. */
@Injectable()
export class DownloadTokens {
  private readonly secret: string;

  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(APP_CONFIG) config: AppConfig,
  ) {
    this.secret = config.storage.downloadSecret;
  }

  /** Path and query under which the object is served, e.g. `/api/downloads/<token>?filename=track.mp4`. */
  issue(objectId: string, filename: string, expiresAt: Date): string {
    const body = Buffer.alloc(ID_BYTES + EXPIRY_BYTES);
    body.set(parse(objectId));
    body.writeUInt32BE(Math.floor(expiresAt.getTime() / 1_000), ID_BYTES);
    const name = filename.toWellFormed();
    const token = Buffer.concat([body, this.mac(body, name)]).toString('base64url');
    return `/api/downloads/${token}?filename=${encodeURIComponent(name)}`;
  }

  /**
   * @returns the id of the object
   * @throws NotFoundError for a token that is not ours, GoneError for one whose time is over
   */
  read(token: string, filename: string): string {
    if (!TOKEN.test(token)) throw new NotFoundError('DOWNLOAD_NOT_FOUND');
    const bytes = Buffer.from(token, 'base64url');
    const body = bytes.subarray(0, ID_BYTES + EXPIRY_BYTES);
    const mac = bytes.subarray(ID_BYTES + EXPIRY_BYTES);
    if (!timingSafeEqual(mac, this.mac(body, filename))) throw new NotFoundError('DOWNLOAD_NOT_FOUND');
    const expiresAt = new Date(body.readUInt32BE(ID_BYTES) * 1_000);
    if (expiresAt <= this.clock.now()) {
      throw new GoneError('DOWNLOAD_EXPIRED', { details: { expired_at: expiresAt.toISOString() } });
    }
    return stringify(body.subarray(0, ID_BYTES));
  }

  private mac(body: Buffer, filename: string): Buffer {
    return createHmac('sha256', this.secret).update(body).update(filename).digest().subarray(0, MAC_BYTES);
  }
}
