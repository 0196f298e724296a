import { Controller, Get, Param, UseGuards } from '@nestjs/common';
import { AdminGuard } from '../../auth/index.js';
import { NotFoundError } from '../../platform/errors/index.js';
import { Operation, Tag } from '../../platform/http/index.js';
import { StoryResponse, wireStory } from './dto/story.response.js';
import { RequestStories } from './request-stories.js';

/** What a request id looks like; anything else has never been one. */
const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;

/** The stories of requests. */
@Tag('Monitoring')
@Controller('admin/api/monitoring/requests')
@UseGuards(AdminGuard)
export class RequestStoriesController {
  constructor(private readonly stories: RequestStories) {}

  @Get(':request_id')
  @Operation({
    summary: 'All that is known of a request: its line, its log, attempts, errors, and what came of it',
    answer: StoryResponse,
    errors: ['REQUEST_NOT_FOUND'],
  })
  async tell(@Param('request_id') requestId: string): Promise<StoryResponse> {
    if (!REQUEST_ID.test(requestId)) throw new NotFoundError('REQUEST_NOT_FOUND');
    return { data: wireStory(requestId, await this.stories.tell(requestId)) };
  }
}
