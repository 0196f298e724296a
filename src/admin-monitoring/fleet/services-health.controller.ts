import { Controller, Get, Inject, UseGuards } from '@nestjs/common';
import { AdminGuard } from '../../auth/index.js';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { Operation, Tag } from '../../platform/http/index.js';
import { ServicesHealthResponse } from './dto/fleet.response.js';
import { wireServices } from './dto/wire-fleet.js';
import { FleetHealth } from './fleet-health.js';

/** How the services that the product depends on are, as all instances see them. */
@Tag('Monitoring')
@Controller('admin/api/monitoring/health')
@UseGuards(AdminGuard)
export class ServicesHealthController {
  constructor(
    private readonly fleet: FleetHealth,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  @Get('services')
  @Operation({
    summary: 'State of each service, on all instances together and on each',
    answer: ServicesHealthResponse,
  })
  async services(): Promise<ServicesHealthResponse> {
    return { data: { ...wireServices(await this.fleet.view()), sandbox: this.config.sandbox !== null } };
  }
}
