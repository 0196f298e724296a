import { type CircuitReport, letsCallsThrough } from '../circuit-report.js';
import type { FleetInstance } from '../entities/fleet-instance.entity.js';
import type { FleetService, FleetView } from '../fleet-health.js';
import type {
  FleetServiceHealth,
  HealthSummary,
  InstanceResponse,
  OverallHealth,
  ServiceHealth,
  ServicesHealth,
} from './fleet.response.js';

export function wireServices({ services, instances }: FleetView): Omit<ServicesHealth, 'sandbox'> {
  const wired = services.map(wireService);
  return { services: wired, instances: instances.map(wireInstance), summary: summaryOf(wired) };
}

function wireService({ service, merged, instances }: FleetService): FleetServiceHealth {
  return {
    service,
    ...wireHealth(merged),
    instances: instances.map(({ instance: { instance }, report }) => ({ instance, ...wireHealth(report) })),
  };
}

function wireInstance({ instance, role, version, startedAt, seenAt }: FleetInstance): InstanceResponse {
  return {
    instance,
    role,
    version,
    started_at: startedAt.toISOString(),
    last_seen_at: seenAt.toISOString(),
  };
}

/** What all views of a circuit have. */
export function wireHealth(report: CircuitReport): Pick<ServiceHealth, keyof ServiceHealth> {
  return {
    state: report.state,
    failure_count: report.failureCount,
    last_failure_time: report.lastFailureAt,
    last_failure_code: report.lastFailureCode,
    next_attempt_at: report.nextAttemptAt,
    healthy: letsCallsThrough(report.state),
  };
}

function summaryOf(services: readonly FleetServiceHealth[]): HealthSummary {
  const healthy = services.filter((service) => service.healthy).length;
  return {
    total_services: services.length,
    healthy_services: healthy,
    unhealthy_services: services.length - healthy,
    overall_health: overall(healthy, services.length),
  };
}

function overall(healthy: number, total: number): OverallHealth {
  if (healthy === total) return 'healthy';
  return healthy === 0 ? 'unhealthy' : 'degraded';
}
