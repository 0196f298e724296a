import type { PolicySettings, ResilienceSettings } from '../../../config/index.js';
import type { CircuitOrder } from '../../../platform/resilience/index.js';
import type { FleetService } from '../fleet-health.js';
import type { CircuitBreakerResponse, CircuitSettings } from './circuit-breakers.response.js';
import { wireOrder } from './circuit-orders.response.js';
import { wireHealth } from './wire-fleet.js';

/** @param orders - those in force */
export function wireCircuits(
  services: readonly FleetService[],
  orders: readonly CircuitOrder[],
  settings: ResilienceSettings,
): readonly CircuitBreakerResponse[] {
  return services.map(({ service, merged, instances }) => {
    const order = orders.find((candidate) => candidate.service === service);
    return {
      service,
      ...wireHealth(merged),
      active_calls: merged.activeCalls,
      queued_calls: merged.queuedCalls,
      settings: wireSettings(settings[service]),
      order: order === undefined ? null : wireOrder(order),
      instances: instances.map(({ instance: { instance }, report }) => ({
        instance,
        ...wireHealth(report),
        active_calls: report.activeCalls,
        queued_calls: report.queuedCalls,
      })),
    };
  });
}

function wireSettings(settings: PolicySettings): CircuitSettings {
  return {
    failure_threshold: settings.failureThreshold,
    recovery_timeout_ms: settings.recoveryTimeoutMs,
    slow_call_ms: settings.slowCallMs,
    bulkhead: settings.bulkhead,
    queue: settings.queue,
  };
}
