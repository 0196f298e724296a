export { parseRetryAfter } from './backoff.js';
export { CircuitProber } from './circuit-prober.js';
export { InjectPolicy, policyToken } from './inject-policy.js';
export type { CircuitOrder, HistoryQuery, OrderAction, OrderRequest } from './orders/circuit-order.js';
export { CircuitOrders } from './orders/circuit-orders.js';
export { CircuitOrdersModule } from './orders/circuit-orders.module.js';
export { PolicyEvents, type PolicyEvent } from './policy-events.js';
export { PolicyRegistry } from './policy-registry.js';
export { Recoveries, type RecoverySign } from './recoveries.js';
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
