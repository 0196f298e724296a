import type { AlertKind, AlertRule } from '../entities/alert-rule.entity.js';

/** What is known of one subject of a rule before it is looked at. */
export interface AlertState {
  /** Since when it fires, and whether somebody has been told; null while it does not. */
  readonly firing: { readonly since: Date; readonly notified: boolean } | null;
  /** When a firing of this subject was last told; decides about the cooldown. */
  readonly lastNotifiedAt: Date | null;
  /** When the last firing that is over ended. */
  readonly lastEndedAt: Date | null;
}

/**
 * What is to happen. `fire`: a firing begins, told now or held back by the cooldown. `announce`: one that was held back is told.
 * `resolve`: it ends, which is told if its beginning was.
 */
export type AlertDecision =
  | { readonly kind: 'keep' }
  | { readonly kind: 'fire'; readonly notify: boolean }
  | { readonly kind: 'announce' }
  | { readonly kind: 'resolve'; readonly notify: boolean };

const KEEP: AlertDecision = { kind: 'keep' };

/** Whether a measured value is beyond the threshold: numbers of things reach it, shares and ages exceed it. */
export function breaches(kind: AlertKind, value: number, threshold: number): boolean {
  switch (kind) {
    case 'count':
    case 'fact':
      return value >= threshold;
    case 'rate':
    case 'age':
      return value > threshold;
  }
}

/** One step of one subject of a rule. Pure, so that its boundaries are exact. @param now - moment of the measurement */
export function decide(
  rule: Pick<AlertRule, 'kind' | 'errorThreshold' | 'cooldownSeconds'>,
  value: number,
  state: AlertState,
  now: Date,
): AlertDecision {
  if (isOutdated(state, now)) return KEEP;
  const breached = breaches(rule.kind, value, rule.errorThreshold);
  const cooling = isCooling(rule.cooldownSeconds, state.lastNotifiedAt, now);
  const { firing } = state;
  if (firing === null) return breached ? { kind: 'fire', notify: !cooling } : KEEP;
  if (!breached) return { kind: 'resolve', notify: firing.notified };
  return firing.notified || cooling ? KEEP : { kind: 'announce' };
}

/** Another process has seen more than we: what it wrote comes after the moment that we measured. */
function isOutdated({ firing, lastEndedAt }: AlertState, now: Date): boolean {
  return (firing !== null && firing.since > now) || (lastEndedAt !== null && lastEndedAt > now);
}

/** Half-open like every window: a cooldown of 60 s that began at :00 is over at :60. */
function isCooling(cooldownSeconds: number, lastNotifiedAt: Date | null, now: Date): boolean {
  return lastNotifiedAt !== null && now.getTime() - lastNotifiedAt.getTime() < cooldownSeconds * 1_000;
}
