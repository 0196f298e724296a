import { Global, Module } from '@nestjs/common';
import { SERVICE_NAMES } from '../../config/index.js';
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

/** Provides the policy of every dependency, for {@link InjectPolicy} and {@link WithErrorRecovery}. */
@Global()
@Module({
  providers: [PolicyEvents, PolicyRegistry, PolicyEventLog, CircuitProber, Recoveries, ...POLICIES],
  exports: [PolicyEvents, PolicyRegistry, CircuitProber, Recoveries, ...POLICIES],
})
export class ResilienceModule {}
