import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { AdminGuard } from '../../auth/index.js';
import { Operation, PageQuery, pagination, Tag } from '../../platform/http/index.js';
import { ReplicationReport } from '../../storage/index.js';
import { ReplicationResponse, wireWaitingObject } from './dto/replication.dto.js';

/** What waits in fallback storage. */
@Tag('Monitoring')
@Controller('admin/api/monitoring/storage')
@UseGuards(AdminGuard)
export class OperatorStorageController {
  constructor(private readonly report: ReplicationReport) {}

  @Get('replication')
  @Operation({ summary: 'What waits in fallback storage for the bucket', answer: ReplicationResponse })
  async replication(@Query() { page, per_page: perPage }: PageQuery): Promise<ReplicationResponse> {
    const [status, objects] = await Promise.all([this.report.status(), this.report.waiting(page, perPage)]);
    return {
      data: {
        waiting: status.waiting,
        waiting_bytes: status.waitingBytes,
        oldest_since: status.oldestSince?.toISOString() ?? null,
        last_error_code: status.lastErrorCode,
        objects: objects.map(wireWaitingObject),
        pagination: pagination(page, perPage, status.waiting),
      },
    };
  }
}
