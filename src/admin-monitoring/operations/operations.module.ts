import { Module } from '@nestjs/common';
import { AuthModule } from '../../auth/index.js';
import { EmailModule } from '../../email/index.js';
import { RenderingModule } from '../../rendering/index.js';
import { StorageModule } from '../../storage/index.js';
import { AuditModule } from '../audit/audit.module.js';
import { OperatorEmailsController } from './operator-emails.controller.js';
import { OperatorJobsController } from './operator-jobs.controller.js';
import { OperatorStorageController } from './operator-storage.controller.js';

/** What administrators see of the features' own work, and do about it. */
@Module({
  imports: [AuditModule, AuthModule, EmailModule, RenderingModule, StorageModule],
  controllers: [OperatorEmailsController, OperatorJobsController, OperatorStorageController],
})
export class OperationsModule {}
