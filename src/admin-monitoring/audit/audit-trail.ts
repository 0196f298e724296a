import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Operator } from '../../auth/index.js';
import { Database } from '../../platform/database/index.js';
import { redact, redactString, SecurityLog } from '../../platform/logging/index.js';
import { CLOCK, type Clock, newId } from '../../platform/time/index.js';
import type { AuditAction } from './audit-actions.js';
import { AuditEntry } from './audit-entry.entity.js';

/** What somebody is about to change, and why. */
export interface AuditedChange {
  readonly by: Operator;
  readonly action: AuditAction;
  /** Name or id of what is changed; none where it is the product as a whole. */
  readonly target?: string;
  readonly reason?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Writes the entry with the manager of the change's own transaction; `target` where it is known only by then. */
export type RecordChange = (manager: EntityManager, target?: string) => Promise<void>;

/** Keeps what administrators change. A change and its entry are one transaction: neither exists without the other. */
@Injectable()
export class AuditTrail {
  constructor(
    private readonly database: Database,
    private readonly securityLog: SecurityLog,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Carries out a change in one transaction with its entry. `work` may run again when transactions collide.
   *
   * @throws what `work` throws, translated; then there is no entry either
   */
  async change<T>(change: AuditedChange, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return await this.carryOut(
      change,
      async (record) =>
        await this.database.transaction(async (manager) => {
          const result = await work(manager);
          await record(manager);
          return result;
        }),
    );
  }

  /**
   * Carries out a change that has a transaction of its own, in which it has to call what it is given.
   *
   * @throws what `work` throws
   */
  async carryOut<T>(change: AuditedChange, work: (record: RecordChange) => Promise<T>): Promise<T> {
    const recorded: AuditEntry[] = [];
    const result = await work(async (manager, target = change.target) => {
      const entry = this.entryOf(target === undefined ? change : { ...change, target });
      await manager.insert(AuditEntry, entry);
      recorded.push(entry);
    });
    // The last one: transactions that collide are begun again.
    const entry = recorded.at(-1);
    if (entry === undefined) throw new Error(`A change was not recorded: ${change.action}`);
    const { action, target, reason, actorId, ip } = entry;
    this.securityLog.event('admin_change', 'An administrator changed something', {
      action,
      target,
      reason,
      user_id: actorId,
      ip,
    });
    return result;
  }

  private entryOf({ by, action, target, reason, details = {} }: AuditedChange): AuditEntry {
    return {
      id: newId(),
      occurredAt: this.clock.now(),
      actorId: by.id,
      actorEmail: by.email,
      ip: by.ip,
      requestId: by.requestId,
      action,
      target: target ?? null,
      reason: reason === undefined ? null : redactString(reason),
      details: redact(details) as object,
    };
  }
}
