import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';
import { ApiError } from '../../../platform/errors/index.js';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 'v1';

/**
 * Seals the secrets of webhooks for their row (AES-256-GCM, NIST SP 800-38D), so that a copy of the database signs nothing in
 * our name. The key is derived from `JWT_SECRET` for this purpose alone (HKDF, RFC 5869); whoever changes that sets them anew.
 */
@Injectable()
export class WebhookSecrets {
  private readonly key: Buffer;

  constructor(@Inject(APP_CONFIG) config: AppConfig) {
    this.key = Buffer.from(hkdfSync('sha256', config.auth.jwtSecret, '', 'oriel alert webhook secrets', 32));
  }

  /** @param ruleId - bound to the text, which opens for no other rule. */
  seal(secret: string, ruleId: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.key, nonce).setAAD(Buffer.from(ruleId));
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return `${VERSION}:${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')}`;
  }

  /** @throws ApiError `ALERT_WEBHOOK_SECRET_UNREADABLE` when it was sealed with another key or for another rule. */
  open(text: string, ruleId: string): string {
    try {
      const bytes = Buffer.from(text.slice(VERSION.length + 1), 'base64');
      const decipher = createDecipheriv(CIPHER, this.key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(ruleId))
        .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      const opened = [decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()];
      return Buffer.concat(opened).toString('utf8');
    } catch (cause) {
      throw new ApiError('ALERT_WEBHOOK_SECRET_UNREADABLE', { cause });
    }
  }
}
