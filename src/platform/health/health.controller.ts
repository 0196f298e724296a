import { Controller, Get } from '@nestjs/common';
import { NoRateLimit, Operation, Tag } from '../http/index.js';
import { ProbeResponse, ReadinessResponse } from './health.response.js';
import { HealthService } from './health.service.js';

/** Probes for Kubernetes. */
@Tag('Probes')
@NoRateLimit()
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('live')
  @Operation({ summary: 'Whether the process answers; looks at nothing else', answer: ProbeResponse })
  live(): ProbeResponse {
    return { status: 'ok' };
  }

  @Get('ready')
  @Operation({
    summary: 'Whether the process can take traffic: database and queue, and no shutdown under way',
    answer: ReadinessResponse,
    errors: ['SERVICE_UNAVAILABLE'],
  })
  async ready(): Promise<ReadinessResponse> {
    const { checks } = await this.health.assertReady();
    return { status: 'ok', checks };
  }

  @Get('startup')
  @Operation({ summary: 'Whether the process has started', answer: ProbeResponse, errors: ['SERVICE_UNAVAILABLE'] })
  startup(): ProbeResponse {
    this.health.assertStarted();
    return { status: 'ok' };
  }
}
