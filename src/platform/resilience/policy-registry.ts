import type { AppConfig } from '../../config/index.js';
import { type PolicySettings, SERVICE_NAMES, type ServiceName } from '../../config/resilience-settings.js';
import type { Clock } from '../time/index.js';
import { DependencyPolicy } from './dependency-policy.js';
import type { PolicyEvents } from './policy-events.js';
import type { ServicePolicy } from './service-policy.js';

/** Builds the policies of all dependencies from their settings, once per process, and finds them by name. */
export class PolicyRegistry {
  private readonly policies: ReadonlyMap<string, ServicePolicy>;

  constructor(config: AppConfig, clock: Clock, events: PolicyEvents) {
    this.policies = new Map(
      SERVICE_NAMES.map((service) => [
        service,
        new DependencyPolicy(service, settingsOf(service, config), { events, clock, random: Math.random }),
      ]),
    );
  }

  get(service: ServiceName): ServicePolicy {
    const policy = this.find(service);
    if (policy === undefined) throw new Error(`No policy is defined for "${service}"`);
    return policy;
  }

  /** The policy of a service named by somebody outside; undefined when there is no such service. */
  find(service: string): ServicePolicy | undefined {
    return this.policies.get(service);
  }

  all(): readonly ServicePolicy[] {
    return [...this.policies.values()];
  }
}

/** Renders are limited by the CPUs they may use: a bulkhead below that number would only keep workers waiting. */
function settingsOf(service: ServiceName, config: AppConfig): PolicySettings {
  const settings = config.resilience[service];
  if (service !== 'rendering') return settings;
  return { ...settings, bulkhead: Math.max(settings.bulkhead, config.rendering.concurrency) };
}
