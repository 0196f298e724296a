import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../config/index.js';
import { EmailOutbox } from '../email/index.js';
import { newId } from '../platform/time/index.js';
import { MailedTokens } from './mailed-tokens.js';
import { sha256Hex } from './secret-token.js';

interface Addressee {
  readonly id: string;
  readonly email: string;
}

/** Writes the mails about an account into the outbox, in the transaction of what they report. */
@Injectable()
export class AccountMails {
  private readonly publicUrl: string;

  constructor(
    private readonly outbox: EmailOutbox,
    private readonly mailedTokens: MailedTokens,
    @Inject(APP_CONFIG) config: AppConfig,
  ) {
    this.publicUrl = config.http.publicUrl;
  }

  async verificationLink(manager: EntityManager, user: Addressee): Promise<void> {
    const token = await this.mailedTokens.issue(manager, user, 'verify_email');
    await this.outbox.enqueue(manager, {
      template: 'verify_email',
      to: user.email,
      userId: user.id,
      dedupeKey: `verify_email:${sha256Hex(token)}`,
      data: { link: this.link('verify-email', token) },
    });
  }

  async passwordResetLink(manager: EntityManager, user: Addressee): Promise<void> {
    const token = await this.mailedTokens.issue(manager, user, 'password_reset');
    await this.outbox.enqueue(manager, {
      template: 'password_reset',
      to: user.email,
      userId: user.id,
      dedupeKey: `password_reset:${sha256Hex(token)}`,
      data: { link: this.link('reset-password', token) },
    });
  }

  async passwordChanged(manager: EntityManager, user: Addressee): Promise<void> {
    await this.outbox.enqueue(manager, {
      template: 'password_changed',
      to: user.email,
      userId: user.id,
      dedupeKey: `password_changed:${newId()}`,
      data: {},
    });
  }

  private link(page: 'verify-email' | 'reset-password', token: string): string {
    return `${this.publicUrl}/${page}?token=${token}`;
  }
}
