import { Inject, Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import type { EntityManager } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';
import { Database } from '../../../platform/database/index.js';
import { ConflictError, NotFoundError } from '../../../platform/errors/index.js';
import { CLOCK, type Clock, newId } from '../../../platform/time/index.js';
import { AlertRule } from '../entities/alert-rule.entity.js';
import { AlertFirings } from '../evaluation/alert-firings.js';
import { WebhookSecrets } from '../webhook/webhook-secrets.js';
import { checkRule } from './rule-check.js';
import { type NewRule, type RuleChanges, settingsAfter } from './rule-settings.js';

/** What is to be written in the transaction of a change, e.g. its entry in the audit. */
export type WithChange = (manager: EntityManager, ruleId: string) => Promise<void>;

/** Where administrators keep their rules. */
@Injectable()
export class AlertRules {
  constructor(
    private readonly database: Database,
    private readonly firings: AlertFirings,
    private readonly secrets: WebhookSecrets,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Makes a rule, or changes the one that has this name already: the same configuration twice is one rule.
   * @param actorId - the administrator's user id
   * @param withChange - writes in the same transaction
   * @throws ValidationError
   */
  async configure(rule: NewRule, actorId: string, withChange: WithChange): Promise<AlertRule> {
    const id = await this.database.transaction(async (manager) => {
      const { name } = settingsAfter(null, rule);
      // Whoever says the same at the same moment waits, and changes what is there by then.
      await manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`alert rule ${name}`]);
      const present = await manager.findOne(AlertRule, { where: { name }, lock: { mode: 'pessimistic_write' } });
      const ruleId =
        present === null ? await this.create(manager, rule, actorId) : await this.change(manager, present, rule);
      await withChange(manager, ruleId);
      return ruleId;
    });
    return await this.get(id);
  }

  /** One page, the built-in ones first, and how many rules there are on all. @param page - from 1 */
  async page(page: number, perPage: number): Promise<{ readonly rules: readonly AlertRule[]; readonly total: number }> {
    const [rules, total] = await this.database.read((manager) =>
      manager.findAndCount(AlertRule, {
        order: { builtIn: { direction: 'ASC', nulls: 'LAST' }, name: 'ASC' },
        skip: (page - 1) * perPage,
        take: perPage,
      }),
    );
    return { rules, total };
  }

  /** @throws NotFoundError `ALERT_NOT_FOUND` */
  async get(id: string): Promise<AlertRule> {
    const rule = isUUID(id) ? await this.database.read((manager) => manager.findOneBy(AlertRule, { id })) : null;
    if (rule === null) throw new NotFoundError('ALERT_NOT_FOUND');
    return rule;
  }

  /**
   * Changes what is named. Switched off, a rule stops firing at once, and tells nobody.
   * @throws NotFoundError `ALERT_NOT_FOUND`; ValidationError; ConflictError when the name is taken
   */
  async patch(id: string, changes: RuleChanges, withChange: WithChange): Promise<AlertRule> {
    await this.database.transaction(async (manager) => {
      await this.change(manager, await lock(manager, id), changes);
      await withChange(manager, id);
    });
    return await this.get(id);
  }

  /** Its history stays. @throws NotFoundError `ALERT_NOT_FOUND`; ConflictError `ALERT_BUILT_IN` */
  async delete(id: string, withChange: WithChange): Promise<void> {
    await this.database.transaction(async (manager) => {
      const rule = await lock(manager, id);
      if (rule.builtIn !== null) throw new ConflictError('ALERT_BUILT_IN');
      await this.firings.endAll(manager, rule.id, 'rule_deleted');
      await manager.delete(AlertRule, rule.id);
      await withChange(manager, id);
    });
  }

  private async create(manager: EntityManager, changes: NewRule, createdBy: string): Promise<string> {
    const settings = settingsAfter(null, changes);
    checkRule(settings, { rule: null, changes, allowedHosts: this.config.alerts.webhookAllowedHosts });
    const id = newId();
    const now = this.clock.now();
    await manager.insert(AlertRule, {
      ...settings,
      id,
      builtIn: null,
      emailAddresses: settings.emailAddresses === null ? null : [...settings.emailAddresses],
      ...this.sealed(id, settings.notificationMethod, changes),
      createdBy,
      createdAt: now,
      updatedAt: now,
    });
    return id;
  }

  private async change(manager: EntityManager, rule: AlertRule, changes: RuleChanges): Promise<string> {
    const settings = settingsAfter(rule, changes);
    checkRule(settings, { rule, changes, allowedHosts: this.config.alerts.webhookAllowedHosts });
    await manager.update(AlertRule, rule.id, {
      ...settings,
      emailAddresses: settings.emailAddresses === null ? null : [...settings.emailAddresses],
      ...this.sealed(rule.id, settings.notificationMethod, changes),
      updatedAt: this.clock.now(),
    });
    if (!settings.enabled) await this.firings.endAll(manager, rule.id, 'rule_disabled');
    return rule.id;
  }

  /** The column of the secret: a new one, none for other methods, untouched where nothing is said. */
  private sealed(id: string, method: string, { webhookSecret }: RuleChanges): Pick<AlertRule, 'webhookSecret'> {
    if (method !== 'webhook') return { webhookSecret: null };
    return webhookSecret === undefined ? {} : { webhookSecret: this.secrets.seal(webhookSecret, id) };
  }
}

async function lock(manager: EntityManager, id: string): Promise<AlertRule> {
  const where = { id };
  const rule = isUUID(id) ? await manager.findOne(AlertRule, { where, lock: { mode: 'pessimistic_write' } }) : null;
  if (rule === null) throw new NotFoundError('ALERT_NOT_FOUND');
  return rule;
}
