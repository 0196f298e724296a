import { Global, Module } from '@nestjs/common';
import { HealthCheckRegistry } from './health-check-registry.js';

/** Probes for Kubernetes and the public health check. */
@Global()
@Module({
  providers: [HealthCheckRegistry],
  exports: [HealthCheckRegistry],
})
export class HealthModule {}
