import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { CLOCK, type Clock } from '../time/index.js';
import { HealthService, type OverallStatus } from './health.service.js';

interface HealthCheckAnswer {
  readonly status: OverallStatus;
  readonly timestamp: string;
  readonly version: string;
  readonly checks: Readonly<Record<string, unknown>>;
}

/** The one monitoring route that is open to everyone: whether the product works, part by part. */
@ApiTags('monitoring')
@Controller('admin/api/monitoring/health')
export class HealthCheckController {
  constructor(
    private readonly health: HealthService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Answers 200 also when something is down: the question was answered, and `status` says it. */
  @Get('check')
  @ApiOperation({ summary: 'State of every part of the product' })
  async check(): Promise<HealthCheckAnswer> {
    const { status, checks } = await this.health.report();
    return { status, timestamp: this.clock.now().toISOString(), version: this.config.version, checks };
  }
}
