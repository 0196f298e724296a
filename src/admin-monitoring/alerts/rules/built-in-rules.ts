import type { AlertKind } from '../entities/alert-rule.entity.js';

/** A rule that the product brings along: on by default, to be adjusted and switched off, never deleted. */
interface BuiltInRule {
  readonly name: string;
  readonly kind: AlertKind;
  readonly errorThreshold: number;
  readonly timeWindowSeconds: number;
  readonly cooldownSeconds: number;
}

/** Five minutes: long enough that what goes on happening (an open circuit is probed each minute) is one firing. */
const EVENT = { kind: 'fact', errorThreshold: 1, timeWindowSeconds: 300, cooldownSeconds: 300 } as const;

/** The built-in rules as they are when they first meet a database. A new one is one entry, and its measure. */
export const BUILT_IN_RULES = {
  circuit_opened: { ...EVENT, name: 'Circuit opened' },
  job_failed: { ...EVENT, name: 'Job failed for good' },
  mail_dead: { ...EVENT, name: 'Mail dead' },
  payment_reconciled: { ...EVENT, name: 'Payment settled without its webhook' },
  group_regressed: { ...EVENT, name: 'Resolved error came back' },
  replication_late: {
    name: 'Replication older than an hour',
    kind: 'age',
    errorThreshold: 3_600,
    timeWindowSeconds: 60,
    cooldownSeconds: 3_600,
  },
  server_error_rate: {
    name: 'Server errors above 5 %',
    kind: 'rate',
    errorThreshold: 5,
    timeWindowSeconds: 300,
    cooldownSeconds: 300,
  },
} as const satisfies Readonly<Record<string, BuiltInRule>>;

export type BuiltInName = keyof typeof BUILT_IN_RULES;

export const BUILT_IN_NAMES = Object.keys(BUILT_IN_RULES) as readonly BuiltInName[];
