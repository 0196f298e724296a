import { Global, Module } from '@nestjs/common';
import { ClsModule } from 'nestjs-cls';
import { RequestContext } from './request-context.js';

/** What every request has: its context and its limits. */
@Global()
@Module({
  imports: [ClsModule],
  providers: [RequestContext],
  exports: [RequestContext],
})
export class HttpModule {}
