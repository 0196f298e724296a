import { Controller, Get, Header, HttpCode, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type AuthenticatedUser, AuthGuard, CurrentUser } from '../auth/index.js';
import { Database } from '../platform/database/index.js';
import { pagination, type Pagination, RateLimit } from '../platform/http/index.js';
import { JobListQuery } from './dto/job-list-query.dto.js';
import { SUBMISSION_SCHEMA } from './dto/submission.schema.js';
import type { RenderJob } from './entities/render-job.entity.js';
import { JobIntake } from './jobs/job-intake.js';
import { type RenderDownload, RenderDownloads } from './jobs/render-downloads.js';
import { RenderEstimates } from './jobs/render-estimates.js';
import type { RenderJobListItem, RenderJobView } from './jobs/render-job-view.js';
import { RenderJobs } from './jobs/render-jobs.js';
import { clientGone } from './submission/client-gone.js';
import { RenderSubmissions } from './submission/render-submissions.js';

interface QueuedJob {
  readonly job_id: string;
  readonly status: 'queued';
  readonly position: number;
  readonly estimated_seconds: number;
}

const STATUS_PATH = '/api/jobs/render/status/';

/** Render jobs of the signed-in customer. */
@ApiTags('Rendering')
@ApiBearerAuth()
@Controller('api/jobs/render')
@UseGuards(AuthGuard)
export class RenderingController {
  constructor(
    private readonly submissions: RenderSubmissions,
    private readonly jobs: RenderJobs,
    private readonly intake: JobIntake,
    private readonly downloads: RenderDownloads,
    private readonly estimates: RenderEstimates,
    private readonly database: Database,
  ) {}

  @Post('submit')
  @HttpCode(202)
  @RateLimit('submit')
  @ApiOperation({ summary: 'Upload a track and have a paid video rendered' })
  @ApiConsumes('multipart/form-data')
  @ApiBody({ schema: SUBMISSION_SCHEMA })
  async submit(
    @CurrentUser() user: AuthenticatedUser,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<QueuedJob> {
    return await this.queued(await this.submissions.submit(user.id, request, clientGone(reply)), reply);
  }

  @Get()
  @ApiOperation({ summary: 'Own jobs, newest first' })
  async list(
    @CurrentUser() user: AuthenticatedUser,
    @Query() { page, per_page, status }: JobListQuery,
  ): Promise<{ readonly jobs: readonly RenderJobListItem[]; readonly pagination: Pagination }> {
    const { jobs, total } = await this.jobs.page(user.id, page, per_page, status);
    return { jobs, pagination: pagination(page, per_page, total) };
  }

  @Get('status/:job_id')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'State and progress of a job' })
  async status(
    @CurrentUser() user: AuthenticatedUser,
    @Param('job_id') jobId: string,
  ): Promise<{ job: RenderJobView }> {
    return { job: await this.jobs.view(await this.jobs.find(user.id, jobId)) };
  }

  @Post('cancel/:job_id')
  @HttpCode(200)
  @ApiOperation({ summary: 'Stop a job that is not finished; the credit comes back' })
  async cancel(
    @CurrentUser() user: AuthenticatedUser,
    @Param('job_id') jobId: string,
  ): Promise<{ job: RenderJobView }> {
    return { job: await this.jobs.view(await this.intake.cancel(user.id, jobId)) };
  }

  @Post('retry/:job_id')
  @HttpCode(202)
  @ApiOperation({ summary: 'Start a failed job again with the credit that came back' })
  async retry(
    @CurrentUser() user: AuthenticatedUser,
    @Param('job_id') jobId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<QueuedJob> {
    return await this.queued(await this.intake.restart(user.id, jobId), reply);
  }

  @Get('download/:job_id')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'A link to the finished video' })
  async download(@CurrentUser() user: AuthenticatedUser, @Param('job_id') jobId: string): Promise<RenderDownload> {
    return await this.downloads.link(await this.jobs.find(user.id, jobId));
  }

  private async queued(job: RenderJob, reply: FastifyReply): Promise<QueuedJob> {
    const { position, estimatedSeconds } = await this.database.read((manager) => this.estimates.queue(manager, job));
    reply.header('location', `${STATUS_PATH}${job.id}`);
    return { job_id: job.id, status: 'queued', position, estimated_seconds: estimatedSeconds };
  }
}
