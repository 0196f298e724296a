import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';
import { Database } from '../../../platform/database/index.js';
import { ApiError } from '../../../platform/errors/index.js';
import { CLOCK, type Clock } from '../../../platform/time/index.js';
import type { AlertNotification } from '../entities/alert-notification.entity.js';
import { AlertRule } from '../entities/alert-rule.entity.js';
import { HOST_RESOLVER, type HostResolver, postWebhook } from './webhook-post.js';
import { WebhookSecrets } from './webhook-secrets.js';
import { SIGNATURE_HEADER, signWebhook } from './webhook-signature.js';

const TIMEOUT_MS = 5_000;

/** Posts notifications to the receiver of their rule. */
@Injectable()
export class AlertWebhooks {
  constructor(
    private readonly database: Database,
    private readonly secrets: WebhookSecrets,
    @Inject(HOST_RESOLVER) private readonly resolve: HostResolver,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * One try of five seconds. The receiver knows a notification that comes twice by its id, and its age by the signature.
   * @throws ApiError `ALERT_WEBHOOK_*`, `ALERT_NOT_FOUND`; `DATABASE_*`
   */
  async post({ id, ruleId, message, createdAt }: AlertNotification, signal: AbortSignal): Promise<void> {
    // As the rule is now, so that a corrected address or secret counts for what still waits.
    const { url, secret } = await this.targetOf(ruleId);
    const body = JSON.stringify({
      id,
      type: `alert.${message.event}`,
      created_at: createdAt.toISOString(),
      data: message,
    });
    const headers = {
      'Content-Type': 'application/json; charset=utf-8',
      'User-Agent': `Oriel-Signal-FX-Pro/${this.config.version}`,
      'X-Oriel-Delivery': id,
      [SIGNATURE_HEADER]: signWebhook(body, secret, this.clock.now()),
    };
    const { webhookAllowedHosts: allowedHosts } = this.config.alerts;
    await postWebhook({ url, body, headers, timeoutMs: TIMEOUT_MS, allowedHosts, signal }, this.resolve);
  }

  private async targetOf(ruleId: string): Promise<{ readonly url: string; readonly secret: string }> {
    const rule = await this.database.read((manager) =>
      manager
        .createQueryBuilder(AlertRule, 'rule')
        .addSelect('rule.webhookSecret')
        .where('rule.id = :ruleId', { ruleId })
        .getOne(),
    );
    const sealed = rule?.webhookSecret ?? null;
    const url = rule?.webhookUrl ?? null;
    if (url === null || sealed === null) throw new ApiError('ALERT_NOT_FOUND');
    return { url, secret: this.secrets.open(sealed, ruleId) };
  }
}
