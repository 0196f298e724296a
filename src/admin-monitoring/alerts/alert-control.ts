import { Injectable } from '@nestjs/common';
import type { Operator } from '../../auth/index.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { type ConfigureAlertDto, newRule, type PatchAlertDto, ruleChanges } from './dto/alert-rule.dto.js';
import type { AlertRule } from './entities/alert-rule.entity.js';
import { type AlertTestResult, AlertTests } from './notify/alert-tests.js';
import { AlertRules } from './rules/alert-rules.js';

/** What administrators do to alert rules: each change is one transaction with its entry in the audit. */
@Injectable()
export class AlertControl {
  constructor(
    private readonly rules: AlertRules,
    private readonly tests: AlertTests,
    private readonly audit: AuditTrail,
  ) {}

  /** See {@link AlertRules.configure}. */
  async configure(by: Operator, body: ConfigureAlertDto): Promise<AlertRule> {
    return await this.audit.carryOut(
      { by, action: 'alert_rule.configure', details: audited(body) },
      async (record) => await this.rules.configure(newRule(body), by.id, record),
    );
  }

  /** See {@link AlertRules.patch}. */
  async patch(by: Operator, id: string, body: PatchAlertDto): Promise<AlertRule> {
    return await this.audit.carryOut(
      { by, action: 'alert_rule.change', target: id, details: audited(body) },
      async (record) => await this.rules.patch(id, ruleChanges(body), record),
    );
  }

  /** See {@link AlertRules.delete}. */
  async delete(by: Operator, id: string): Promise<void> {
    const { name } = await this.rules.get(id);
    await this.audit.carryOut(
      { by, action: 'alert_rule.delete', target: id, details: { name } },
      async (record) => await this.rules.delete(id, record),
    );
  }

  /** Sends a test, which others outside get to see. See {@link AlertTests.send}. */
  async test(by: Operator, id: string): Promise<AlertTestResult> {
    return await this.audit.carryOut(
      { by, action: 'alert_rule.test', target: id },
      async (record) => await this.tests.send(id, record),
    );
  }
}

/** What was said about a rule. Of a webhook's address only the origin: its path is often a key. */
function audited({ webhook_url: url, ...said }: ConfigureAlertDto | PatchAlertDto): Record<string, unknown> {
  return url === undefined ? said : { ...said, webhook_url: URL.parse(url)?.origin ?? 'not a URL' };
}
