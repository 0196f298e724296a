import { Controller, Get, Headers, Param, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type AuthenticatedUser, AuthGuard, CurrentUser } from '../../auth/index.js';
import { Operation, Tag } from '../../platform/http/index.js';
import { RenderJobs } from '../jobs/render-jobs.js';
import { JobEventStreams } from './job-event-stream.js';

/** The live state of one job. */
@Tag('Rendering')
@Controller('api/jobs/render/events')
@UseGuards(AuthGuard)
export class RenderEventsController {
  constructor(
    private readonly jobs: RenderJobs,
    private readonly streams: JobEventStreams,
  ) {}

  @Get(':job_id')
  @Operation({
    summary: 'State and progress of a job as server-sent events, until it is final',
    description:
      'The data of each event is what `status` answers: JSON of the schema `RenderJobResponse`. The id of an event is the version of the job. A comment every 15 seconds keeps the connection open.',
    answers: {
      200: { description: 'Events', content: { 'text/event-stream': { schema: { type: 'string' } } } },
      204: { description: 'The client has seen the last event' },
    },
    errors: ['JOB_NOT_FOUND'],
    also: ({ ApiHeader }) => [
      ApiHeader({ name: 'last-event-id', required: false, description: 'Id of the last event seen; sent by browsers' }),
    ],
  })
  async events(
    @CurrentUser() user: AuthenticatedUser,
    @Param('job_id') jobId: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const stream = this.streams.stream(await this.jobs.find(user.id, jobId), lastEventId);
    if (stream === null) {
      await reply.code(204).send();
      return;
    }
    // X-Accel-Buffering: a reverse proxy must pass events on at once.
    await reply
      .header('content-type', 'text/event-stream; charset=utf-8')
      .header('cache-control', 'no-cache, no-transform')
      .header('x-accel-buffering', 'no')
      .send(stream);
  }
}
