import {
  Body,
  Controller,
  Delete,
  Get,
  Inject,
  NotFoundException,
  Param,
  Put,
  ServiceUnavailableException,
  UnprocessableEntityException,
  UseGuards,
} from '@nestjs/common';
import { AdminGuard } from '../../auth/index.js';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { Undocumented } from '../../platform/http/index.js';
import { InvalidFaultError, isSandboxService, parseFault, type SandboxService } from './fault.js';

/**
 * The admin's control of the faults. It speaks to the doubles over their own port, because they may run in another process
 * than this one.
 */
@Controller('sandbox/faults')
@UseGuards(AdminGuard)
@Undocumented()
export class FaultsController {
  constructor(@Inject(APP_CONFIG) private readonly config: AppConfig) {}

  @Get()
  async list(): Promise<unknown> {
    return await this.forward('GET', '');
  }

  @Get(':service')
  async get(@Param('service') service: string): Promise<unknown> {
    return await this.forward('GET', `/${known(service)}`);
  }

  @Put(':service')
  async set(@Param('service') service: string, @Body() body: Readonly<Record<string, unknown>>): Promise<unknown> {
    const name = known(service);
    try {
      return await this.forward('PUT', `/${name}`, parseFault(body));
    } catch (error) {
      if (error instanceof InvalidFaultError) throw new UnprocessableEntityException(error.message);
      throw error;
    }
  }

  @Delete(':service')
  async clear(@Param('service') service: string): Promise<unknown> {
    return await this.forward('DELETE', `/${known(service)}`);
  }

  private async forward(method: 'GET' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
    const origin = this.config.sandbox?.origin ?? '';
    try {
      const response = await fetch(`${origin}/sandbox/faults${path}`, {
        method,
        signal: AbortSignal.timeout(5_000),
        ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
      if (!response.ok) throw new Error(`The sandbox answered ${response.status}`);
      return { data: await response.json() };
    } catch (cause) {
      throw new ServiceUnavailableException('The sandbox cannot be reached', { cause });
    }
  }
}

function known(service: string): SandboxService {
  if (!isSandboxService(service)) throw new NotFoundException('There is no double for this service');
  return service;
}
