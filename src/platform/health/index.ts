export { DependencyProbe } from './dependency-probe.js';
export { HealthModule } from './health.module.js';
export { type CheckName, type CheckResult, type HealthCheck, HealthCheckRegistry } from './health-check-registry.js';
