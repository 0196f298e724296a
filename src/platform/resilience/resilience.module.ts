import { Global, Logger, Module } from '@nestjs/common';
import { APP_CONFIG, type AppConfig, SERVICE_NAMES } from '../../config/index.js';
import { CLOCK, type Clock } from '../time/index.js';
import { CircuitProber } from './circuit-prober.js';
import { policyToken } from './inject-policy.js';
import { PolicyEventLog } from './policy-event-log.js';
import { PolicyEvents } from './policy-events.js';
import { PolicyRegistry } from './policy-registry.js';
import { Recoveries } from './recoveries.js';
import type { ServicePolicy } from './service-policy.js';

const POLICIES = SERVICE_NAMES.map((service) => ({
  provide: policyToken(service),
  useFactory: (registry: PolicyRegistry): ServicePolicy => registry.get(service),
  inject: [PolicyRegistry],
}));

/** The policies and what listens to them are plain classes, which know nothing of Nest. */
const MACHINERY = [
  { provide: PolicyEvents, useFactory: (): PolicyEvents => new PolicyEvents(new Logger(PolicyEvents.name)) },
  {
    provide: PolicyRegistry,
    inject: [APP_CONFIG, CLOCK, PolicyEvents],
    useFactory: (config: AppConfig, clock: Clock, events: PolicyEvents): PolicyRegistry =>
      new PolicyRegistry(config, clock, events),
  },
  {
    provide: PolicyEventLog,
    inject: [PolicyEvents],
    useFactory: (events: PolicyEvents): PolicyEventLog => new PolicyEventLog(events, new Logger(PolicyEventLog.name)),
  },
  {
    provide: CircuitProber,
    inject: [APP_CONFIG, CLOCK],
    useFactory: (config: AppConfig, clock: Clock): CircuitProber => new CircuitProber(config, clock),
  },
  {
    provide: Recoveries,
    inject: [PolicyEvents, PolicyRegistry, CLOCK],
    useFactory: (events: PolicyEvents, registry: PolicyRegistry, clock: Clock): Recoveries =>
      new Recoveries(events, registry, clock, new Logger(Recoveries.name)),
  },
];

/** Provides the policy of every dependency, for {@link InjectPolicy} and {@link WithErrorRecovery}. */
@Global()
@Module({
  providers: [...MACHINERY, ...POLICIES],
  exports: [PolicyEvents, PolicyRegistry, CircuitProber, Recoveries, ...POLICIES],
})
export class ResilienceModule {}
