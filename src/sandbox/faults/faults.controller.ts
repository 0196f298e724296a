import { Body, Controller, Delete, Get, Inject, Param, Put, UseGuards } from '@nestjs/common';
import { AdminGuard, ByOperator, type Operator } from '../../auth/index.js';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { ExternalServiceError, NotFoundError } from '../../platform/errors/index.js';
import { Operation, Tag } from '../../platform/http/index.js';
import { FaultDto, faultOf } from './dto/fault.dto.js';
import { DoubleResponse, DoublesResponse, type DoublesView, type DoubleView } from './dto/faults.response.js';
import type { SandboxService } from './fault.js';
import { FAULT_AUDIT, type FaultAudit } from './fault-audit.port.js';

const TIMEOUT_MS = 5_000;

/**
 * The admin's control of the faults. It speaks to the doubles over their own port, because they may run in another process
 * than this one.
 */
@Tag('Sandbox')
@Controller('sandbox/faults')
@UseGuards(AdminGuard)
export class FaultsController {
  private readonly origin: string;
  private readonly services: readonly SandboxService[];

  constructor(
    @Inject(APP_CONFIG) { sandbox }: AppConfig,
    @Inject(FAULT_AUDIT) private readonly audit: FaultAudit,
  ) {
    this.origin = sandbox?.origin ?? '';
    this.services = sandbox?.services ?? [];
  }

  @Get()
  @Operation({
    summary: 'Each double that stands in for a service, with the fault in force',
    answer: DoublesResponse,
    errors: ['SERVICE_UNAVAILABLE'],
  })
  async list(): Promise<DoublesResponse> {
    return { data: this.usedOf(await this.forward<DoublesView>('GET', '')) };
  }

  @Get(':service')
  @Operation({
    summary: 'A double with the fault in force',
    answer: DoubleResponse,
    errors: ['SERVICE_NOT_FOUND', 'SERVICE_UNAVAILABLE'],
  })
  async get(@Param('service') service: string): Promise<DoubleResponse> {
    return { data: await this.forward<DoubleView>('GET', `/${this.known(service)}`) };
  }

  @Put(':service')
  @Operation({
    summary: 'Break a double on purpose; replaces the fault in force',
    description: [
      '`refuse`: the connection is closed before the request is read. `reset`: it is reset once the request was read.',
      '`hang`: never answered. `slow`: answered `latency_ms` later. `status`: answered with `status`. `rate_limit`: answered 429.',
      '`malformed`: the work is done, the answer is broken JSON. `truncate`: the work is done, the answer breaks off in its middle.',
      '`lost_answer`: the work is done, the connection closed instead of an answer. `auth`: answered as to wrong credentials.',
    ].join(' '),
    answer: DoubleResponse,
    errors: ['SERVICE_NOT_FOUND', 'SERVICE_UNAVAILABLE'],
  })
  async set(
    @Param('service') service: string,
    @Body() body: FaultDto,
    @ByOperator() by: Operator,
  ): Promise<DoubleResponse> {
    const target = this.known(service);
    const fault = faultOf(body);
    const data = await this.audit.change(
      { by, action: 'sandbox.break', target, details: { ...fault } },
      async () => await this.forward<DoubleView>('PUT', `/${target}`, fault),
    );
    return { data };
  }

  @Delete(':service')
  @Operation({
    summary: 'Heal a double',
    answer: DoubleResponse,
    errors: ['SERVICE_NOT_FOUND', 'SERVICE_UNAVAILABLE'],
  })
  async clear(@Param('service') service: string, @ByOperator() by: Operator): Promise<DoubleResponse> {
    const target = this.known(service);
    const data = await this.audit.change(
      { by, action: 'sandbox.heal', target },
      async () => await this.forward<DoubleView>('DELETE', `/${target}`),
    );
    return { data };
  }

  @Delete()
  @Operation({ summary: 'Heal all doubles', answer: DoublesResponse, errors: ['SERVICE_UNAVAILABLE'] })
  async clearAll(@ByOperator() by: Operator): Promise<DoublesResponse> {
    const all = await this.audit.change(
      { by, action: 'sandbox.heal_all' },
      async () => await this.forward<DoublesView>('DELETE', ''),
    );
    return { data: this.usedOf(all) };
  }

  /** The doubles that stand in for something: a vendor with a key of its own is asked itself, whatever becomes of its double. */
  private usedOf({ services }: DoublesView): DoublesView {
    return { services: services.filter(({ service }) => this.services.includes(service)) };
  }

  private known(service: string): SandboxService {
    const known = this.services.find((name) => name === service);
    if (known === undefined) throw new NotFoundError('SERVICE_NOT_FOUND', { details: { services: this.services } });
    return known;
  }

  private async forward<T>(method: 'GET' | 'PUT' | 'DELETE', path: string, body?: object): Promise<T> {
    try {
      const response = await fetch(`${this.origin}/sandbox/faults${path}`, {
        method,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
      if (!response.ok) throw new Error(`The sandbox answered ${response.status}`);
      return (await response.json()) as T;
    } catch (cause) {
      throw new ExternalServiceError('SERVICE_UNAVAILABLE', { cause });
    }
  }
}
