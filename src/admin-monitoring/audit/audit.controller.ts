import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { AdminGuard } from '../../auth/index.js';
import { Operation, pagination, Tag } from '../../platform/http/index.js';
import { AuditReader } from './audit-reader.js';
import { AuditQuery } from './dto/audit-query.dto.js';
import { AuditResponse, wireAuditEntry } from './dto/audit.response.js';

/** What administrators changed. */
@Tag('Monitoring')
@Controller('admin/api/monitoring/audit')
@UseGuards(AdminGuard)
export class AuditController {
  constructor(private readonly reader: AuditReader) {}

  @Get()
  @Operation({ summary: 'What administrators changed, newest first', answer: AuditResponse })
  async list(@Query() query: AuditQuery): Promise<AuditResponse> {
    const { entries, total } = await this.reader.page(query);
    return {
      data: { entries: entries.map(wireAuditEntry), pagination: pagination(query.page, query.per_page, total) },
    };
  }
}
