import { Body, Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { AdminGuard, ByOperator, type Operator, UserDirectory } from '../../auth/index.js';
import { Operation, pagination, Tag } from '../../platform/http/index.js';
import { JobOperations } from '../../rendering/index.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { ReasonDto } from '../audit/dto/reason.dto.js';
import { JobPageResponse, JobQuery, RetriedJobResponse, wireJob } from './dto/jobs.dto.js';

/** The render jobs of all customers. */
@Tag('Monitoring')
@Controller('admin/api/monitoring/jobs')
@UseGuards(AdminGuard)
export class OperatorJobsController {
  constructor(
    private readonly jobs: JobOperations,
    private readonly users: UserDirectory,
    private readonly audit: AuditTrail,
  ) {}

  @Get()
  @Operation({ summary: 'Render jobs of all customers, newest first', answer: JobPageResponse })
  async list(@Query() query: JobQuery): Promise<JobPageResponse> {
    const { page, per_page: perPage } = query;
    const userId = await this.customerOf(query);
    if (userId === null) return { data: { jobs: [], pagination: pagination(page, perPage, 0) } };
    const { jobs, total } = await this.jobs.page({
      page,
      perPage,
      status: query.status,
      userId,
      errorCode: query.error_code,
      since: query.since === undefined ? undefined : new Date(query.since),
      until: query.until === undefined ? undefined : new Date(query.until),
    });
    return { data: { jobs: jobs.map(wireJob), pagination: pagination(page, perPage, total) } };
  }

  @Post(':id/retry')
  @HttpCode(202)
  @Operation({
    summary: 'Start a failed job again for its customer, with the credit that came back',
    answer: RetriedJobResponse,
    errors: ['PAYMENT_REQUIRED', 'JOB_NOT_FOUND', 'JOB_NOT_RETRYABLE', 'PAYMENT_ALREADY_USED'],
  })
  async retry(
    @ByOperator() by: Operator,
    @Param('id') id: string,
    @Body() { reason }: ReasonDto,
  ): Promise<RetriedJobResponse> {
    const job = await this.audit.carryOut(
      { by, action: 'job.retry', target: id, reason },
      async (record) => await this.jobs.retry(id, record),
    );
    return { data: { job: wireJob(job) } };
  }

  /** Null when the query names a customer who does not exist; undefined when it names none. */
  private async customerOf({ user_id: userId, email }: JobQuery): Promise<string | null | undefined> {
    if (email === undefined) return userId;
    const user = await this.users.findByEmail(email);
    return user === null || (userId !== undefined && userId !== user.id) ? null : user.id;
  }
}
