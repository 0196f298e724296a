import type { ServiceName } from '../../config/index.js';
import type { CircuitState, PolicySnapshot } from '../../platform/resilience/index.js';

/** What one instance says about one of its circuits, as JSON: times are ISO 8601 in UTC. */
export interface CircuitReport {
  readonly service: ServiceName;
  readonly state: CircuitState;
  readonly failureCount: number;
  readonly lastFailureAt: string | null;
  readonly lastFailureCode: string | null;
  readonly nextAttemptAt: string | null;
  readonly activeCalls: number;
  readonly queuedCalls: number;
}

export function circuitReport(snapshot: PolicySnapshot): CircuitReport {
  const { service, state, failureCount, lastFailureCode, activeCalls, queuedCalls } = snapshot;
  return {
    service,
    state,
    failureCount,
    lastFailureAt: snapshot.lastFailureAt?.toISOString() ?? null,
    lastFailureCode,
    nextAttemptAt: snapshot.nextAttemptAt?.toISOString() ?? null,
    activeCalls,
    queuedCalls,
  };
}

/** From what hinders calls least to what hinders them most. */
const BY_SEVERITY = ['closed', 'disabled', 'half_open', 'open', 'isolated'] as const satisfies readonly CircuitState[];

/** Whether calls go out to the dependency. */
export function letsCallsThrough(state: CircuitState): boolean {
  return state === 'closed' || state === 'disabled';
}

/**
 * The circuits of one service on all instances as one: the worst state, the longest run of failures, the latest failure, the
 * earliest next attempt, and all calls together.
 */
export function mergedReport(service: ServiceName, reports: readonly CircuitReport[]): CircuitReport {
  const ranks = reports.map(({ state }) => BY_SEVERITY.indexOf(state));
  const latest = reports.reduce<CircuitReport | null>(
    (found, report) => ((report.lastFailureAt ?? '') > (found?.lastFailureAt ?? '') ? report : found),
    null,
  );
  const attempts = reports.flatMap(({ nextAttemptAt }) => nextAttemptAt ?? []);
  return {
    service,
    state: BY_SEVERITY[Math.max(0, ...ranks)] ?? 'closed',
    failureCount: Math.max(0, ...reports.map(({ failureCount }) => failureCount)),
    lastFailureAt: latest?.lastFailureAt ?? null,
    lastFailureCode: latest?.lastFailureCode ?? null,
    nextAttemptAt: attempts.sort()[0] ?? null,
    activeCalls: reports.reduce((sum, { activeCalls }) => sum + activeCalls, 0),
    queuedCalls: reports.reduce((sum, { queuedCalls }) => sum + queuedCalls, 0),
  };
}
