import { Controller, Get, Header, Inject, Query, UseGuards } from '@nestjs/common';
import { AdminGuard } from '../../auth/index.js';
import { Operation, Tag } from '../../platform/http/index.js';
import { CLOCK, type Clock } from '../../platform/time/index.js';
import { CaptureReport } from '../statistics/capture-report.js';
import { ERROR_COUNTS, type ErrorCounts } from '../statistics/error-counts.port.js';
import { ErrorStatistics } from '../statistics/error-statistics.js';
import { StatisticsQuery } from './dto/error-queries.dto.js';
import { ErrorStatisticsResponse } from './dto/error-statistics.response.js';
import { windowUntil } from './time-window.js';
import { wireStatistics } from './wire-errors.js';

/** How much goes wrong, for operators. */
@Tag('Monitoring')
@Controller('admin/api/monitoring/errors')
@UseGuards(AdminGuard)
export class ErrorStatisticsController {
  constructor(
    private readonly statistics: ErrorStatistics,
    @Inject(ERROR_COUNTS) private readonly counts: ErrorCounts,
    private readonly report: CaptureReport,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('stats')
  @Header('Cache-Control', 'no-store')
  @Operation({
    summary: 'Errors of a window that ends now, over all processes, and the trend',
    description: 'Counts are exact; they arrive about a second after what they count.',
    answer: ErrorStatisticsResponse,
  })
  async stats(@Query() { window, group_id: groupId, ...equal }: StatisticsQuery): Promise<ErrorStatisticsResponse> {
    const { from, to } = windowUntil(this.clock.now(), window);
    const [errors, requests, capture] = await Promise.all([
      this.statistics.window(from, to, { ...equal, groupId }),
      this.counts.requests(from, to),
      this.report.status(),
    ]);
    return { data: wireStatistics(errors, requests, capture) };
  }
}
