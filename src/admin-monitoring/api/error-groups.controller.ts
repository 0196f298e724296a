import { Body, Controller, Get, Header, Inject, Param, Patch, Query, UseGuards } from '@nestjs/common';
import { AdminGuard, ByOperator, type Operator } from '../../auth/index.js';
import { Operation, Tag } from '../../platform/http/index.js';
import { CLOCK, type Clock } from '../../platform/time/index.js';
import { GroupRegister } from '../grouping/group-register.js';
import { ErrorStatistics } from '../statistics/error-statistics.js';
import { GroupCourses } from '../statistics/group-courses.js';
import { RecentErrors } from '../statistics/recent-errors.js';
import { ErrorGroupDetailResponse, ErrorGroupResponse, ErrorGroupsResponse } from './dto/error-groups.response.js';
import { ErrorGroupsQuery, WindowQuery } from './dto/error-queries.dto.js';
import { decisionOf, GroupDecisionDto } from './dto/group-decision.dto.js';
import { GroupDecisions } from './group-decisions.js';
import { windowUntil } from './time-window.js';
import { wireError, wireGroup, wireReleases, wireSeries } from './wire-errors.js';

/** Events that the detail of a group shows; more are a matter of the recent errors. */
const EVENTS_SHOWN = 20;

/** Errors as problems, for operators. */
@Tag('Monitoring')
@Controller('admin/api/monitoring/errors/groups')
@UseGuards(AdminGuard)
export class ErrorGroupsController {
  constructor(
    private readonly groups: GroupRegister,
    private readonly courses: GroupCourses,
    private readonly decisions: GroupDecisions,
    private readonly statistics: ErrorStatistics,
    private readonly recent: RecentErrors,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @Operation({ summary: 'Groups of errors with their course over a day, last seen first', answer: ErrorGroupsResponse })
  async list(@Query() { limit, cursor, ...filter }: ErrorGroupsQuery): Promise<ErrorGroupsResponse> {
    const { groups, nextCursor } = await this.groups.page(filter, limit, cursor);
    const courses = await this.courses.lastDay(groups.map(({ id }) => id));
    const listed = groups.map((group) => Object.assign(wireGroup(group), { last_day: courses.get(group.id) ?? [] }));
    return { data: { groups: listed, next_cursor: nextCursor } };
  }

  @Get(':id')
  @Header('Cache-Control', 'no-store')
  @Operation({
    summary: 'A group with its releases, endpoints, course and newest errors',
    answer: ErrorGroupDetailResponse,
    errors: ['ERROR_GROUP_NOT_FOUND'],
  })
  async detail(@Param('id') id: string, @Query() { window }: WindowQuery): Promise<ErrorGroupDetailResponse> {
    const { from, to } = windowUntil(this.clock.now(), window);
    const detail = await this.groups.detail(id);
    const groupId = detail.group.id;
    const [{ series, patterns }, { errors }] = await Promise.all([
      this.statistics.window(from, to, { groupId }),
      this.recent.page({ groupId }, EVENTS_SHOWN),
    ]);
    return {
      data: {
        group: wireGroup(detail.group),
        releases: wireReleases(detail),
        series: wireSeries(series),
        endpoints: patterns.map(({ endpoint, count }) => ({ endpoint, count })),
        events: errors.map(wireError),
      },
    };
  }

  @Patch(':id')
  @Operation({
    summary: 'Say that a problem is solved, is to be ignored for a while, or is open again',
    description: 'A resolved group that comes back is `regressed`. What is decided is kept in the audit.',
    answer: ErrorGroupResponse,
    errors: ['ERROR_GROUP_NOT_FOUND', 'DATABASE_ERROR'],
  })
  async decide(
    @ByOperator() by: Operator,
    @Param('id') id: string,
    @Body() body: GroupDecisionDto,
  ): Promise<ErrorGroupResponse> {
    return { data: { group: wireGroup(await this.decisions.decide(by, id, decisionOf(body), body.reason)) } };
  }
}
