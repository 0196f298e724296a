import { Module } from '@nestjs/common';
import { AuthModule } from '../../auth/index.js';
import { AuditModule } from '../audit/audit.module.js';
import { BrowserErrorsController } from '../browser/browser-errors.controller.js';
import { BrowserErrors } from '../browser/browser-errors.js';
import { ErrorGroupsController } from './error-groups.controller.js';
import { ErrorStatisticsController } from './error-statistics.controller.js';
import { GroupDecisions } from './group-decisions.js';
import { RecentErrorsController } from './recent-errors.controller.js';

/** What administrators ask about errors, and what pages report. */
@Module({
  imports: [AuthModule, AuditModule],
  controllers: [BrowserErrorsController, ErrorGroupsController, ErrorStatisticsController, RecentErrorsController],
  providers: [BrowserErrors, GroupDecisions],
})
export class ErrorsApiModule {}
