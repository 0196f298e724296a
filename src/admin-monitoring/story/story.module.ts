import { Module } from '@nestjs/common';
import { AuthModule } from '../../auth/index.js';
import { EmailModule } from '../../email/index.js';
import { RenderingModule } from '../../rendering/index.js';
import { StorageModule } from '../../storage/index.js';
import { AuditModule } from '../audit/audit.module.js';
import { RequestStories } from './request-stories.js';
import { RequestStoriesController } from './request-stories.controller.js';

/** The story of a request, from all features. */
@Module({
  imports: [AuditModule, AuthModule, EmailModule, RenderingModule, StorageModule],
  controllers: [RequestStoriesController],
  providers: [RequestStories],
})
export class StoryModule {}
