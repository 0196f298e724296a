import type { AlertRule } from '../entities/alert-rule.entity.js';

/** A half-open stretch of time, [from, to). */
export interface AlertWindow {
  readonly from: Date;
  readonly to: Date;
}

/** What was measured of one subject. */
export interface Finding {
  /** Empty where a rule has one subject only. */
  readonly subject: string;
  /** In the unit of the rule's kind. */
  readonly value: number;
}

/** What a finding is made of, for whoever is told of it. */
export interface Explanation {
  readonly firstAt: Date | null;
  readonly lastAt: Date | null;
  /** The most frequent first, a handful. */
  readonly causes: readonly AlertCause[];
}

export interface AlertCause {
  readonly label: string;
  readonly count: number;
  readonly groupId?: string;
}

/** Looks at what a rule is about. Both reject with ApiError `DATABASE_*`. */
export interface AlertMeasure {
  /** What there is in the window, by subject; a subject that is not named has nothing. */
  find(rule: AlertRule, window: AlertWindow): Promise<readonly Finding[]>;
  /** Details of a finding; asked for only when somebody is told. */
  explain(rule: AlertRule, window: AlertWindow, subject: string): Promise<Explanation>;
}

/** Causes that one message names at the most. */
export const MAX_CAUSES = 5;

/** Counts of the same thing for different reasons, as features tell them. */
export interface CountByCode {
  readonly code: string | null;
  readonly count: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** The sum of what a feature counted; nothing where it is zero. */
export function totalOf(counts: readonly CountByCode[]): readonly Finding[] {
  const value = counts.reduce((sum, { count }) => sum + count, 0);
  return value === 0 ? [] : [{ subject: '', value }];
}

export function explanationOf(counts: readonly CountByCode[]): Explanation {
  const times = counts.flatMap(({ firstAt, lastAt }) => [firstAt.getTime(), lastAt.getTime()]);
  return {
    firstAt: times.length === 0 ? null : new Date(Math.min(...times)),
    lastAt: times.length === 0 ? null : new Date(Math.max(...times)),
    causes: counts.slice(0, MAX_CAUSES).map(({ code, count }) => ({ label: code ?? 'unknown', count })),
  };
}
