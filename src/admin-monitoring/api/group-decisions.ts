import { Injectable } from '@nestjs/common';
import type { Operator } from '../../auth/index.js';
import type { AuditAction } from '../audit/audit-actions.js';
import { AuditTrail } from '../audit/audit-trail.js';
import type { ErrorGroup } from '../entities/error-group.entity.js';
import { type GroupDecision, GroupRegister } from '../grouping/group-register.js';

const AUDITED_AS = {
  unresolved: 'error_group.reopen',
  resolved: 'error_group.resolve',
  ignored: 'error_group.ignore',
} as const satisfies Record<GroupDecision['state'], AuditAction>;

/** What administrators decide about groups. The decision and its entry in the audit are one transaction. */
@Injectable()
export class GroupDecisions {
  constructor(
    private readonly groups: GroupRegister,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * @returns the group as it is now
   * @throws NotFoundError `ERROR_GROUP_NOT_FOUND`; ValidationError for an end that lies in the past; ApiError `DATABASE_*`
   */
  async decide(by: Operator, groupId: string, decision: GroupDecision, reason?: string): Promise<ErrorGroup> {
    const change = {
      by,
      action: AUDITED_AS[decision.state],
      target: groupId,
      reason,
      details: decision.state === 'ignored' ? endOf(decision) : {},
    };
    return await this.audit.change(change, async (manager) => await this.groups.decide(manager, groupId, decision));
  }
}

function endOf({ until, forCount }: Extract<GroupDecision, { state: 'ignored' }>): Readonly<Record<string, unknown>> {
  return {
    ...(until === undefined ? {} : { ignore_until: until.toISOString() }),
    ...(forCount === undefined ? {} : { ignore_for_count: forCount }),
  };
}
