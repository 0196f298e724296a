/** Everything an administrator can change, as the audit names it. A new kind of change is one entry. */
export const AUDIT_ACTIONS = [
  'circuit_breaker.reset',
  'circuit_breaker.reset_all',
  'circuit_breaker.force_open',
  'circuit_breaker.disable',
  'alert_rule.configure',
  'alert_rule.change',
  'alert_rule.delete',
  'alert_rule.test',
  'error_group.resolve',
  'error_group.ignore',
  'error_group.reopen',
  'job.retry',
  'email.resend',
  'sandbox.break',
  'sandbox.heal',
  'sandbox.heal_all',
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];
