import { Controller, Get, Headers, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { AdminGuard } from '../../auth/index.js';
import { Operation, Tag } from '../../platform/http/index.js';
import { NewsStreams } from './news-streams.js';

/** What happens in the fleet, as it happens. */
@Tag('Monitoring')
@Controller('admin/api/monitoring')
@UseGuards(AdminGuard)
export class LiveController {
  constructor(private readonly streams: NewsStreams) {}

  @Get('stream')
  @Operation({
    summary: 'Errors, changes of circuits and alerts of all instances as server-sent events',
    description:
      'Events and the schemas of their JSON: `error_captured` (`ErrorListItem`), `circuit_changed` (`CircuitEventResponse`), `alert_changed` (`AlertFiringView`). An event is told within some two seconds; what is written late, as after an outage of the database, is in the lists only. A comment every 15 seconds keeps the connection open; after ten minutes it ends and is to be made anew.',
    answers: {
      200: { description: 'Events', content: { 'text/event-stream': { schema: { type: 'string' } } } },
    },
    also: ({ ApiHeader }) => [
      ApiHeader({
        name: 'last-event-id',
        required: false,
        description: 'Id of the last event seen: what was missed since, of the last five minutes, comes first',
      }),
    ],
  })
  async events(@Headers('last-event-id') lastEventId: string | undefined, @Res() reply: FastifyReply): Promise<void> {
    // X-Accel-Buffering: a reverse proxy must pass events on at once.
    await reply
      .header('content-type', 'text/event-stream; charset=utf-8')
      .header('cache-control', 'no-cache, no-transform')
      .header('x-accel-buffering', 'no')
      .send(await this.streams.stream(lastEventId));
  }
}
