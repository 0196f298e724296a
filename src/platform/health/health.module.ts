import { Global, Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { HealthCheckController } from './health-check.controller.js';
import { HealthCheckRegistry } from './health-check-registry.js';
import { HealthController } from './health.controller.js';
import { HealthService } from './health.service.js';
import { PlatformChecks } from './platform-checks.js';

/** Probes for Kubernetes and the public health check; features register their parts with the {@link HealthCheckRegistry}. */
@Global()
@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController, HealthCheckController],
  providers: [HealthCheckRegistry, PlatformChecks, HealthService],
  exports: [HealthCheckRegistry],
})
export class HealthModule {}
