import { Controller, Get, Header, Param, Query, UseGuards } from '@nestjs/common';
import { AdminGuard, ReadableInOutage } from '../../auth/index.js';
import { Operation, Tag } from '../../platform/http/index.js';
import { RecentErrors } from '../statistics/recent-errors.js';
import { RecentErrorsQuery } from './dto/error-queries.dto.js';
import { ErrorEventResponse, RecentErrorsResponse } from './dto/recent-errors.response.js';
import { wireErrorPage, wireEvent } from './wire-errors.js';

/** Single errors, for operators. They are answered also while PostgreSQL is away. */
@Tag('Monitoring')
@Controller('admin/api/monitoring')
@UseGuards(AdminGuard)
export class RecentErrorsController {
  constructor(private readonly recent: RecentErrors) {}

  @Get('logs/recent-errors')
  @Header('Cache-Control', 'no-store')
  @ReadableInOutage()
  @Operation({
    summary: 'Errors, newest first',
    description: 'At most 50 of a group and minute are kept by each process; the statistics count all of them.',
    answer: RecentErrorsResponse,
  })
  async list(@Query() { limit, cursor, ...query }: RecentErrorsQuery): Promise<RecentErrorsResponse> {
    const { group_id: groupId, request_id: requestId, since, until, ...equal } = query;
    const filter = { ...equal, groupId, requestId, since: dateOf(since), until: dateOf(until) };
    return { data: wireErrorPage(await this.recent.page(filter, limit, cursor)) };
  }

  @Get('errors/events/:id')
  @Header('Cache-Control', 'no-store')
  @ReadableInOutage()
  @Operation({
    summary: 'One error with its causes, stacks and log lines',
    answer: ErrorEventResponse,
    errors: ['ERROR_EVENT_NOT_FOUND'],
  })
  async event(@Param('id') id: string): Promise<ErrorEventResponse> {
    return { data: wireEvent(await this.recent.event(id)) };
  }
}

function dateOf(time: string | undefined): Date | undefined {
  return time === undefined ? undefined : new Date(time);
}
