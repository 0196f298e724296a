import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ClsModule } from 'nestjs-cls';
import { RateLimitGuard } from './rate-limits/rate-limit.guard.js';
import { RateLimits } from './rate-limits/rate-limits.js';
import { RequestContext } from './request-context.js';

/** What every request has: its context and its limits. */
@Global()
@Module({
  imports: [ClsModule],
  providers: [RequestContext, RateLimits, { provide: APP_GUARD, useClass: RateLimitGuard }],
  exports: [RequestContext, RateLimits],
})
export class HttpModule {}
