import {
  Controller,
  Get,
  Header,
  HttpCode,
  Param,
  Post,
  Query,
  Req,
  Res,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type AuthenticatedUser, AuthGuard, CurrentUser } from '../auth/index.js';
import { Database } from '../platform/database/index.js';
import { Operation, pagination, RateLimit, Tag } from '../platform/http/index.js';
import { LINK_FAILURES } from '../storage/index.js';
import { JobListQuery } from './dto/job-list-query.dto.js';
import {
  QueuedJobResponse,
  RenderDownload,
  RenderJobListResponse,
  RenderJobResponse,
} from './dto/rendering.response.js';
import { JOB_LOCATION, SUBMISSION_DESCRIPTION } from './dto/submission.description.js';
import type { RenderJob } from './entities/render-job.entity.js';
import { JobIntake } from './jobs/job-intake.js';
import { RenderDownloads } from './jobs/render-downloads.js';
import { RenderEstimates } from './jobs/render-estimates.js';
import { RenderJobs } from './jobs/render-jobs.js';
import { clientGone } from './submission/client-gone.js';
import { RenderSubmissions } from './submission/render-submissions.js';
import { UploadRefusals } from './submission/upload-refusals.js';

const STATUS_PATH = '/api/jobs/render/status/';

/** Render jobs of the signed-in customer. */
@Tag('Rendering')
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
  @UseInterceptors(UploadRefusals)
  @Operation(SUBMISSION_DESCRIPTION)
  async submit(
    @CurrentUser() user: AuthenticatedUser,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<QueuedJobResponse> {
    return await this.queued(await this.submissions.submit(user.id, request, clientGone(reply)), reply);
  }

  @Get()
  @Operation({ summary: 'Own jobs, newest first', answer: RenderJobListResponse })
  async list(
    @CurrentUser() user: AuthenticatedUser,
    @Query() { page, per_page, status }: JobListQuery,
  ): Promise<RenderJobListResponse> {
    const { jobs, total } = await this.jobs.page(user.id, page, per_page, status);
    return { jobs, pagination: pagination(page, per_page, total) };
  }

  @Get('status/:job_id')
  @Header('Cache-Control', 'no-store')
  @Operation({ summary: 'State and progress of a job', answer: RenderJobResponse, errors: ['JOB_NOT_FOUND'] })
  async status(@CurrentUser() user: AuthenticatedUser, @Param('job_id') jobId: string): Promise<RenderJobResponse> {
    return { job: await this.jobs.view(await this.jobs.find(user.id, jobId)) };
  }

  @Post('cancel/:job_id')
  @HttpCode(200)
  @Operation({
    summary: 'Stop a job that is not finished; the credit comes back',
    answer: RenderJobResponse,
    errors: ['JOB_NOT_FOUND', 'JOB_NOT_CANCELLABLE'],
  })
  async cancel(@CurrentUser() user: AuthenticatedUser, @Param('job_id') jobId: string): Promise<RenderJobResponse> {
    return { job: await this.jobs.view(await this.intake.cancel(user.id, jobId)) };
  }

  @Post('retry/:job_id')
  @HttpCode(202)
  @Operation({
    summary: 'Start a failed job again with the credit that came back',
    answer: QueuedJobResponse,
    answers: { 202: { headers: JOB_LOCATION } },
    errors: ['PAYMENT_REQUIRED', 'JOB_NOT_FOUND', 'JOB_NOT_RETRYABLE', 'PAYMENT_ALREADY_USED'],
  })
  async retry(
    @CurrentUser() user: AuthenticatedUser,
    @Param('job_id') jobId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<QueuedJobResponse> {
    return await this.queued(await this.intake.restart(user.id, jobId), reply);
  }

  @Get('download/:job_id')
  @Header('Cache-Control', 'no-store')
  @Operation({
    summary: 'A link to the finished video',
    answer: RenderDownload,
    errors: ['JOB_NOT_FOUND', 'JOB_NOT_COMPLETED', 'DOWNLOAD_EXPIRED', ...LINK_FAILURES],
  })
  async download(@CurrentUser() user: AuthenticatedUser, @Param('job_id') jobId: string): Promise<RenderDownload> {
    return await this.downloads.link(await this.jobs.find(user.id, jobId));
  }

  private async queued(job: RenderJob, reply: FastifyReply): Promise<QueuedJobResponse> {
    const { position, estimatedSeconds } = await this.database.read((manager) => this.estimates.queue(manager, job));
    reply.header('location', `${STATUS_PATH}${job.id}`);
    return { job_id: job.id, status: 'queued', position, estimated_seconds: estimatedSeconds };
  }
}
