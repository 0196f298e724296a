import { Body, Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { AdminGuard, ByOperator, type Operator } from '../../auth/index.js';
import { EmailOperations } from '../../email/index.js';
import { Operation, pagination, Tag } from '../../platform/http/index.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { ReasonDto } from '../audit/dto/reason.dto.js';
import { EmailPageResponse, EmailQuery, ResentEmailResponse, wireEmail } from './dto/emails.dto.js';

/** The outbox. */
@Tag('Monitoring')
@Controller('admin/api/monitoring/emails')
@UseGuards(AdminGuard)
export class OperatorEmailsController {
  constructor(
    private readonly emails: EmailOperations,
    private readonly audit: AuditTrail,
  ) {}

  @Get()
  @Operation({ summary: 'Mails of the outbox, newest first', answer: EmailPageResponse })
  async list(@Query() { page, per_page: perPage, status, to }: EmailQuery): Promise<EmailPageResponse> {
    const { emails, total } = await this.emails.page({ page, perPage, status, toAddress: to });
    return { data: { emails: emails.map(wireEmail), pagination: pagination(page, perPage, total) } };
  }

  @Post(':id/resend')
  @HttpCode(202)
  @Operation({
    summary: 'Let a dead mail live again, or try a waiting one now',
    answer: ResentEmailResponse,
    errors: ['EMAIL_NOT_FOUND', 'EMAIL_ALREADY_SENT'],
  })
  async resend(
    @ByOperator() by: Operator,
    @Param('id') id: string,
    @Body() { reason }: ReasonDto,
  ): Promise<ResentEmailResponse> {
    const email = await this.audit.carryOut(
      { by, action: 'email.resend', target: id, reason },
      async (record) => await this.emails.resend(id, record),
    );
    return { data: { email: wireEmail(email) } };
  }
}
