import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, UseGuards } from '@nestjs/common';
import { AdminGuard, ByOperator, type Operator } from '../../auth/index.js';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { Operation, pagination, Tag } from '../../platform/http/index.js';
import { type CircuitOrder, CircuitOrders } from '../../platform/resilience/index.js';
import { ReasonDto } from '../audit/dto/reason.dto.js';
import { CircuitControl } from './circuit-control.js';
import { CircuitEvents } from './circuit-events.js';
import { CircuitBreakersResponse, CircuitEventsResponse, wireCircuitEvent } from './dto/circuit-breakers.response.js';
import { CircuitEventQuery } from './dto/circuit-event-query.dto.js';
import { CircuitOrderDto } from './dto/circuit-order.dto.js';
import { GivenOrdersResponse, wireOrder } from './dto/circuit-orders.response.js';
import { wireCircuits } from './dto/wire-circuits.js';
import { FleetHealth } from './fleet-health.js';
import { knownService } from './service-name.js';

/** Control of the circuits of the whole fleet: an order reaches every instance within five seconds. */
@Tag('Monitoring')
@Controller('admin/api/monitoring/circuit-breakers')
@UseGuards(AdminGuard)
export class CircuitBreakersController {
  constructor(
    private readonly control: CircuitControl,
    private readonly fleet: FleetHealth,
    private readonly orders: CircuitOrders,
    private readonly history: CircuitEvents,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  @Get()
  @Operation({
    summary: 'Each circuit with its numbers and the order in force, on all instances together and on each',
    answer: CircuitBreakersResponse,
  })
  async list(): Promise<CircuitBreakersResponse> {
    const { services } = await this.fleet.view();
    return { data: { circuit_breakers: wireCircuits(services, this.orders.current(), this.config.resilience) } };
  }

  @Get('events')
  @Operation({ summary: 'What circuits did, newest first', answer: CircuitEventsResponse })
  async events(@Query() query: CircuitEventQuery): Promise<CircuitEventsResponse> {
    const { events, total } = await this.history.page(query);
    return {
      data: { events: events.map(wireCircuitEvent), pagination: pagination(query.page, query.per_page, total) },
    };
  }

  @Post('reset/:service')
  @HttpCode(200)
  @Operation({
    summary: 'Close a circuit and end any order about it, on every instance',
    answer: GivenOrdersResponse,
    errors: ['SERVICE_NOT_FOUND'],
  })
  async reset(
    @ByOperator() by: Operator,
    @Param('service') service: string,
    @Body() { reason }: ReasonDto,
  ): Promise<GivenOrdersResponse> {
    return answer(await this.control.reset(by, knownService(service), reason));
  }

  @Post('reset-all')
  @HttpCode(200)
  @Operation({
    summary: 'Close all circuits and end all orders about them, on every instance',
    answer: GivenOrdersResponse,
  })
  async resetAll(@ByOperator() by: Operator, @Body() { reason }: ReasonDto): Promise<GivenOrdersResponse> {
    return answer(await this.control.reset(by, 'all', reason));
  }

  @Post(':service/force-open')
  @HttpCode(200)
  @Operation({
    summary: 'Refuse all calls to a service for a while, on every instance',
    answer: GivenOrdersResponse,
    errors: ['SERVICE_NOT_FOUND'],
  })
  async forceOpen(
    @ByOperator() by: Operator,
    @Param('service') service: string,
    @Body() { reason, expires_in: seconds }: CircuitOrderDto,
  ): Promise<GivenOrdersResponse> {
    return answer(await this.control.override(by, knownService(service), 'isolate', { reason, seconds }));
  }

  @Post(':service/disable')
  @HttpCode(200)
  @Operation({
    summary: 'Let all calls to a service pass for a while whatever its circuit says, on every instance',
    answer: GivenOrdersResponse,
    errors: ['SERVICE_NOT_FOUND'],
  })
  async disable(
    @ByOperator() by: Operator,
    @Param('service') service: string,
    @Body() { reason, expires_in: seconds }: CircuitOrderDto,
  ): Promise<GivenOrdersResponse> {
    return answer(await this.control.override(by, knownService(service), 'disable', { reason, seconds }));
  }
}

function answer(orders: readonly CircuitOrder[]): GivenOrdersResponse {
  return { data: { orders: orders.map(wireOrder) } };
}
