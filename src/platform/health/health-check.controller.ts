import { Controller, Get, Inject } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { Operation, Tag } from '../http/index.js';
import { CLOCK, type Clock } from '../time/index.js';
import { HealthCheckResponse } from './health.response.js';
import { HealthService } from './health.service.js';

/** The one monitoring route that is open to everyone: whether the product works, part by part. */
@Tag('Monitoring')
@Controller('admin/api/monitoring/health')
export class HealthCheckController {
  constructor(
    private readonly health: HealthService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Answers 200 also when something is down: the question was answered, and `status` says it. */
  @Get('check')
  @Operation({ summary: 'State of every part of the product', answer: HealthCheckResponse })
  async check(): Promise<HealthCheckResponse> {
    const { status, checks } = await this.health.report();
    return { status, timestamp: this.clock.now().toISOString(), version: this.config.version, checks };
  }
}
