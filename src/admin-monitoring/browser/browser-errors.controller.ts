import { Body, Controller, Headers, HttpCode, Post } from '@nestjs/common';
import { Operation, RateLimit, Tag } from '../../platform/http/index.js';
import { BrowserErrorDto } from './browser-error.dto.js';
import { BrowserErrors } from './browser-errors.js';

/** Where pages report their errors. Open to everyone, since an error may be what keeps people from signing in. */
@Tag('Monitoring')
@Controller('api/logs')
export class BrowserErrorsController {
  constructor(private readonly errors: BrowserErrors) {}

  @Post()
  @HttpCode(204)
  @RateLimit('browser_errors')
  @Operation({ summary: 'Report an error of a page' })
  report(@Body() body: BrowserErrorDto, @Headers('user-agent') userAgent = 'unknown'): void {
    this.errors.report(body, userAgent);
  }
}
