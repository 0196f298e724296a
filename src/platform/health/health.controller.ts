import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { NoRateLimit } from '../http/index.js';
import { HealthService } from './health.service.js';

/** Probes for Kubernetes. */
@ApiTags('health')
@NoRateLimit()
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('live')
  @ApiOperation({ summary: 'Whether the process answers; looks at nothing else' })
  live(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'Whether the process can take traffic: database and queue, and no shutdown under way' })
  async ready(): Promise<{ readonly status: 'ok'; readonly checks: Readonly<Record<string, unknown>> }> {
    const { checks } = await this.health.assertReady();
    return { status: 'ok', checks };
  }

  @Get('startup')
  @ApiOperation({ summary: 'Whether the process has started' })
  startup(): { readonly status: 'ok' } {
    this.health.assertStarted();
    return { status: 'ok' };
  }
}
