import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, IsNull } from 'typeorm';
import { Database } from '../../../platform/database/index.js';
import { CLOCK, type Clock, newId } from '../../../platform/time/index.js';
import { AlertFiring, type FiringEnd } from '../entities/alert-firing.entity.js';
import { AlertNotification } from '../entities/alert-notification.entity.js';
import { AlertRule } from '../entities/alert-rule.entity.js';
import type { Explanation } from '../measures/alert-measure.js';
import type { MessageFacts } from '../notify/alert-message.js';
import { AlertNotifications } from '../notify/alert-notifications.js';
import { type AlertState, decide } from './decision.js';

/** What was measured of one subject, and when. */
export interface Observation {
  readonly subject: string;
  readonly value: number;
  readonly at: Date;
  readonly explanation: Explanation | null;
}

/** Begins and ends firings: the row and its notification in one transaction, one process at a time for each rule. */
@Injectable()
export class AlertFirings {
  constructor(
    private readonly database: Database,
    private readonly notifications: AlertNotifications,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** What fires now, of all rules. */
  async open(): Promise<readonly AlertFiring[]> {
    return await this.database.read((manager) => manager.findBy(AlertFiring, { resolvedAt: IsNull() }));
  }

  /**
   * Does what follows from an observation. Whoever else has looked at the same time waits for the lock on the rule, then finds it
   * done.
   * @returns whether anything changed; false also when the rule was switched off or changed after it was measured
   */
  async observe(measured: AlertRule, observation: Observation): Promise<boolean> {
    return await this.database.transaction(async (manager) => {
      const rule = await manager.findOne(AlertRule, {
        where: { id: measured.id },
        lock: { mode: 'pessimistic_write' },
      });
      const isSame = rule?.enabled === true && rule.updatedAt.getTime() === measured.updatedAt.getTime();
      return isSame && (await this.step(manager, rule, observation));
    });
  }

  /** Ends everything of a rule that fires, and tells nobody: somebody has said that it does not matter. */
  async endAll(manager: EntityManager, ruleId: string, endedBy: Exclude<FiringEnd, 'recovered'>): Promise<void> {
    await manager
      .createQueryBuilder()
      .update(AlertFiring)
      // Not before it began, whatever the clock of this process says.
      .set({ resolvedAt: () => 'greatest(fired_at, :now)', endedBy })
      .where('rule_id = :ruleId AND resolved_at IS NULL')
      .setParameters({ ruleId, now: this.clock.now() })
      .execute();
  }

  private async step(manager: EntityManager, rule: AlertRule, observation: Observation): Promise<boolean> {
    const { subject, value, at } = observation;
    const open = await manager.findOneBy(AlertFiring, { ruleId: rule.id, subject, resolvedAt: IsNull() });
    const decision = decide(rule, value, await stateOf(manager, rule.id, subject, open), at);
    switch (decision.kind) {
      case 'keep':
        return false;
      case 'fire': {
        const firing = await this.begin(manager, rule, observation, decision.notify);
        if (decision.notify) await this.tell(manager, rule, 'firing', firing, observation);
        return true;
      }
      case 'announce':
        if (open === null) return false;
        await manager.update(AlertFiring, open.id, { notifiedAt: at });
        await this.tell(manager, rule, 'firing', open, observation);
        return true;
      case 'resolve':
        if (open === null) return false;
        await manager.update(AlertFiring, open.id, { resolvedAt: at, endedBy: 'recovered' });
        if (decision.notify && !(await wasUndeliverable(manager, open.id))) {
          await this.tell(manager, rule, 'resolved', Object.assign(open, { resolvedAt: at }), observation);
        }
        return true;
    }
  }

  private async begin(
    manager: EntityManager,
    rule: AlertRule,
    { subject, value, at }: Observation,
    notify: boolean,
  ): Promise<AlertFiring> {
    return await manager.save(
      manager.create(AlertFiring, {
        id: newId(),
        ruleId: rule.id,
        ruleName: rule.name,
        subject,
        value,
        threshold: rule.errorThreshold,
        firedAt: at,
        notifiedAt: notify ? at : null,
        resolvedAt: null,
        endedBy: null,
      }),
    );
  }

  private async tell(
    manager: EntityManager,
    rule: AlertRule,
    event: 'firing' | 'resolved',
    { id, firedAt, resolvedAt }: AlertFiring,
    { subject, value, explanation }: Observation,
  ): Promise<void> {
    const facts: MessageFacts = { event, subject, value, firingId: id, firedAt, resolvedAt, explanation };
    await this.notifications.enqueue(manager, rule, facts);
  }
}

async function stateOf(
  manager: EntityManager,
  ruleId: string,
  subject: string,
  open: AlertFiring | null,
): Promise<AlertState> {
  const [last] = await manager.query<Omit<AlertState, 'firing'>[]>(
    `SELECT max(notified_at) AS "lastNotifiedAt", max(resolved_at) AS "lastEndedAt"
     FROM alert_firings WHERE rule_id = $1 AND subject = $2`,
    [ruleId, subject],
  );
  return {
    firing: open === null ? null : { since: open.firedAt, notified: open.notifiedAt !== null },
    lastNotifiedAt: last?.lastNotifiedAt ?? null,
    lastEndedAt: last?.lastEndedAt ?? null,
  };
}

/** Nobody wants to hear that something is over whose beginning never reached them. */
async function wasUndeliverable(manager: EntityManager, firingId: string): Promise<boolean> {
  return await manager.existsBy(AlertNotification, { firingId, status: 'failed' });
}
