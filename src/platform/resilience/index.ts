export { parseRetryAfter } from './backoff.js';
export { InjectPolicy, policyToken } from './inject-policy.js';
export { PolicyEvents, type PolicyEvent } from './policy-events.js';
export { PolicyRegistry } from './policy-registry.js';
export { ResilienceModule } from './resilience.module.js';
export type {
  AttemptContext,
  CircuitState,
  ExecuteOptions,
  PolicyOverride,
  PolicySnapshot,
  ServicePolicy,
} from './service-policy.js';
export { currentAttempt, WithErrorRecovery } from './with-error-recovery.js';
