import type { AlertRule } from '../entities/alert-rule.entity.js';
import type { BuiltInName } from './built-in-rules.js';

/** What of a rule its condition consists of. */
export type RuleCondition = Pick<
  AlertRule,
  | 'builtIn'
  | 'kind'
  | 'errorThreshold'
  | 'timeWindowSeconds'
  | 'filterCode'
  | 'filterService'
  | 'filterLevel'
  | 'filterGroupId'
>;

/** What is counted, one and several of it. */
const COUNTED: Readonly<Record<BuiltInName, readonly [one: string, many: string]>> = {
  circuit_opened: ['opening', 'openings'],
  job_failed: ['failed job', 'failed jobs'],
  mail_dead: ['dead mail', 'dead mails'],
  payment_reconciled: ['payment without its webhook', 'payments without their webhook'],
  group_regressed: ['regressed group', 'regressed groups'],
  replication_late: ['waiting object', 'waiting objects'],
  server_error_rate: ['server error', 'server errors'],
};

/** The condition as a phrase, e.g. `at least 10 errors within 5 min, code STRIPE_TIMEOUT`. */
export function inWords(rule: RuleCondition): string {
  const within = ` within ${duration(rule.timeWindowSeconds)}`;
  switch (rule.kind) {
    case 'count':
      return `at least ${counted(rule, rule.errorThreshold)}${within}${filters(rule)}`;
    case 'rate':
      return `more than ${number(rule.errorThreshold)} % of the requests${within}${filters(rule)}`;
    case 'fact':
      // A group stays regressed until somebody has looked at it, however long that takes.
      return `at least ${counted(rule, rule.errorThreshold)}${rule.builtIn === 'group_regressed' ? '' : within}`;
    case 'age':
      return `the oldest ${nouns(rule)[0]} older than ${duration(rule.errorThreshold)}`;
  }
}

/** A measured value as a phrase, e.g. `12 errors`. */
export function valueInWords(rule: RuleCondition, value: number): string {
  switch (rule.kind) {
    case 'count':
    case 'fact':
      return counted(rule, value);
    case 'rate':
      return `${number(value)} % of the requests`;
    case 'age':
      return value === 0 ? `no ${nouns(rule)[0]}` : `the oldest ${nouns(rule)[0]} is ${duration(value)} old`;
  }
}

function counted(rule: RuleCondition, count: number): string {
  const [one, many] = nouns(rule);
  return `${number(count)} ${count === 1 ? one : many}`;
}

function nouns({ builtIn }: RuleCondition): readonly [one: string, many: string] {
  return builtIn === null ? ['error', 'errors'] : COUNTED[builtIn];
}

function filters({ filterCode, filterService, filterLevel, filterGroupId }: RuleCondition): string {
  const parts = [
    ['code', filterCode],
    ['service', filterService],
    ['level', filterLevel],
    ['group', filterGroupId],
  ];
  return parts.map(([label, value]) => (value === null ? '' : `, ${label} ${value}`)).join('');
}

/** Whole units where the seconds allow it: `45 s`, `5 min`, `90 min`, `2 h`. */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole % 3_600 === 0) return `${whole / 3_600} h`;
  if (whole % 60 === 0) return `${whole / 60} min`;
  return whole < 600 ? `${whole} s` : `${Math.round(whole / 60)} min`;
}

/** At most two decimals, none where they are zero. */
function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}
